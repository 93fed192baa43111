/** Reads one record of a log with a mapping. */
import { show, singleTypes, valueProblem } from '../../event-shape.ts';
import type { Fields } from '../../event-shape.ts';
import type { EventType, Operation } from '../../event.ts';
import type { LogRecord } from './log-record.ts';
import type { Mapping } from './mapping-schema.ts';
import type { FieldPath, RecordFields } from './record-fields.ts';
import { describeField, isOneOf, kindOf, NotAnEvent, selectedFields, type Kinds } from './record-selection.ts';
import { isWholeSecond, nanosecondsOf } from './timestamp.ts';

type Name = string | number;

export interface LogEntry {
  line: number;
  f: Operation;
  type: Exclude<EventType, 'invoke'>;
  /** Missing on faults, and on commits, which have no session. */
  session: Name | undefined;
  story: Name | undefined;
  /** Nanoseconds since 1970; `began` is missing if the log does not have it. */
  ended: bigint;
  began: bigint | undefined;
  progress: number | undefined;
  /** A number from 1, or any value of the log if the mapping counts generations. */
  generation: unknown;
  isGenerationCounted: boolean;
  /** Whether its times are whole seconds. */
  isCoarse: boolean;
  status: string | undefined;
  carried: Fields;
}

/** @throws NotAnEvent */
export function readLogRecord(record: LogRecord, mapping: Mapping): LogEntry {
  if ('problem' in record) throw new NotAnEvent(record.problem, record.detail);
  const fields = selectedFields(record.fields, mapping);
  const f = operationOf(fields, mapping);
  const type = outcomeOf(fields, mapping, f);
  const ended = momentOf(fields, 'time', mapping.time, mapping.zone);
  const progress = progressOf(fields, mapping, f, type);
  return {
    line: record.line,
    f,
    type,
    session: f === 'fault' || f === 'commit' ? undefined : nameOf(fields, 'session', mapping.session),
    story: f === 'fault' ? undefined : nameOf(fields, 'story', mapping.story),
    ended,
    began: singleTypes.has(f) ? undefined : beganOf(fields, mapping, ended),
    progress,
    generation: progress === undefined ? undefined : generationOf(fields, mapping),
    isCoarse: isWholeSecond(fields.find(mapping.time.field), mapping.time.unit),
    isGenerationCounted: mapping.generation?.counted === 'first-seen',
    status: statusOf(fields, mapping),
    carried: carriedOf(fields, mapping, f),
  };
}

function operationOf(fields: RecordFields, { operation = 'read' }: Mapping): Operation {
  if (typeof operation === 'string') return operation;
  const { field, ...kinds } = operation;
  return choose(fields, field, kinds, 'operation');
}

function outcomeOf(fields: RecordFields, { outcome }: Mapping, f: Operation): LogEntry['type'] {
  if (f === 'fault') return 'info';
  if (outcome === undefined || singleTypes.has(f)) return 'ok';
  const { field, ...kinds } = outcome;
  return choose(fields, field, kinds, 'outcome');
}

function choose<T extends string>(
  fields: RecordFields,
  path: FieldPath,
  kinds: { readonly [kind in T]?: Kinds | undefined },
  what: string,
): T {
  const value = fields.find(path);
  const kind = kindOf(value, kinds);
  if (kind !== undefined) return kind;
  throw new NotAnEvent(`${pathWords(path)} is not an ${what} that the mapping names`, describeField(value));
}

function momentOf(
  fields: RecordFields,
  what: string,
  { field, unit }: Mapping['time'],
  zone: string | undefined,
): bigint {
  const value = required(fields, what, field);
  const moment = nanosecondsOf(value, unit, zone);
  const kind = unit === 'iso' ? 'an ISO date' : unit === 'http' ? 'a date of an access log' : `a number of ${unit}`;
  if (moment === undefined) throw new NotAnEvent(`${what} is not ${kind} (field ${pathWords(field)})`, show(value));
  return moment;
}

/**
 * Where a log has whole seconds, a request ends up to a second after its time: here it begins at the full second, so that requests
 * overlap if they may.
 */
function beganOf(fields: RecordFields, { time, began, took, zone }: Mapping, ended: bigint): bigint | undefined {
  let begin: bigint;
  if (began !== undefined) begin = momentOf(fields, 'began', began, zone);
  else if (took !== undefined) begin = ended - momentOf(fields, 'took', took, zone);
  else return undefined;
  if (begin > ended) throw new NotAnEvent('the request began after it ended');
  if (begin < 0n) throw new NotAnEvent('the request began before 1970');
  return isWholeSecond(fields.find(time.field), time.unit) ? begin - (begin % SECOND) : begin;
}

const SECOND = 1_000_000_000n;

function nameOf(fields: RecordFields, what: string, path: FieldPath): Name {
  const value = required(fields, what, path);
  if (typeof value === 'string' || Number.isSafeInteger(value)) return value as Name;
  throw new NotAnEvent(`${what} is not a string or an integer (field ${pathWords(path)})`, show(value));
}

/** A start may lack a progress, which then is 0; a fault and a read without an answer have none. */
function progressOf(fields: RecordFields, mapping: Mapping, f: Operation, type: LogEntry['type']): number | undefined {
  const { field, max } = mapping.progress;
  if (f === 'fault' || (f === 'read' && type !== 'ok')) return undefined;
  const found = fields.find(field);
  if (f === 'start' && found === undefined) return 0;
  const value = found ?? required(fields, 'progress', field);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  // Rounded to nine decimals: 0.07 of 1 is 7%, not 7.000000000000001%.
  const percent = typeof number === 'number' ? Math.round((number / max) * 1e11) / 1e9 : Number.NaN;
  if (valueProblem({ progress: percent }) === undefined) return percent;
  throw new NotAnEvent(`progress is not a number from 0 to ${max} (field ${pathWords(field)})`, show(value));
}

function generationOf(fields: RecordFields, { generation }: Mapping): unknown {
  if (generation === undefined) return undefined;
  const { field, counted } = generation;
  const value = required(fields, 'generation', field);
  if (counted === 'first-seen') return value;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= 1) return number;
  throw new NotAnEvent(`generation is not an integer from 1 (field ${pathWords(field)})`, show(value));
}

function statusOf(fields: RecordFields, { status }: Mapping): string | undefined {
  if (status === undefined) return undefined;
  const value = fields.find(status.field);
  if (status.completed !== undefined && isOneOf(value, status.completed)) return 'completed';
  if (status.failed !== undefined && isOneOf(value, status.failed)) return 'failed';
  return value === undefined || typeof value === 'string' ? value : show(value);
}

function carriedOf(fields: RecordFields, { carry = {}, operation }: Mapping, f: Operation): Fields {
  const isNamed = f === 'fault' && typeof operation === 'object';
  const carried: Fields = isNamed ? { fault: fields.find(operation.field) } : {};
  for (const [name, path] of Object.entries(carry)) {
    const value = fields.find(path);
    if (value !== undefined) carried[name] = value;
  }
  return carried;
}

function required(fields: RecordFields, what: string, path: FieldPath): unknown {
  const value = fields.find(path);
  if (value === undefined) throw new NotAnEvent(`${what} is missing (field ${pathWords(path)})`);
  return value;
}

/** A path in a message. */
function pathWords(path: FieldPath): string {
  return typeof path === 'string' ? path : path.join(' or ');
}
