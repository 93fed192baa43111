/** Reads one line of a log with a mapping. */
import { isObject, show, singleTypes, valueProblem } from '../../event-shape.ts';
import type { Fields } from '../../event-shape.ts';
import type { EventType, Operation } from '../../event.ts';
import type { Mapping } from './mapping.ts';
import { nanosecondsOf } from './timestamp.ts';

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
  status: string | undefined;
  carried: Fields;
}

/** Why a line is not an event: a reason that is the same for all such lines, and a detail of this one. */
export class NotAnEvent extends Error {
  readonly detail: string;
  /** Whether the `where` of the mapping excludes the line. */
  readonly isExcluded: boolean;
  constructor(reason: string, detail = '', isExcluded = false) {
    super(reason);
    this.detail = detail;
    this.isExcluded = isExcluded;
  }
}

/** @throws NotAnEvent */
export function readLogLine(text: string, line: number, mapping: Mapping): LogEntry {
  const fields = parseLine(text);
  requireIncluded(fields, mapping);
  const f = operationOf(fields, mapping);
  const type = outcomeOf(fields, mapping, f);
  const ended = momentOf(fields, 'time', mapping.time);
  const progress = progressOf(fields, mapping, f, type);
  return {
    line,
    f,
    type,
    session: f === 'fault' || f === 'commit' ? undefined : nameOf(fields, 'session', mapping.session),
    story: f === 'fault' ? undefined : nameOf(fields, 'story', mapping.story),
    ended,
    began: singleTypes.has(f) ? undefined : beganOf(fields, mapping, ended),
    progress,
    generation: progress === undefined ? undefined : generationOf(fields, mapping),
    status: statusOf(fields, mapping),
    carried: carriedOf(fields, mapping, f),
  };
}

/** The value at a path of names joined by dots; a name may itself contain dots. `null` counts as missing. */
function find(fields: unknown, path: string): unknown {
  if (typeof fields !== 'object' || fields === null) return undefined;
  if (Object.hasOwn(fields, path)) return (fields as Fields)[path] ?? undefined;
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const name = path.slice(0, dot);
    if (!Object.hasOwn(fields, name)) continue;
    const found = find((fields as Fields)[name], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Integers past 2^53, such as identifiers and nanoseconds, are read as strings of digits and so stay exact. */
function parseLine(text: string): Fields {
  let value: unknown;
  try {
    value = /\d{16}/.test(text) ? JSON.parse(text, exactly) : JSON.parse(text);
  } catch {
    throw new NotAnEvent('not valid JSON');
  }
  if (!isObject(value)) throw new NotAnEvent('not a JSON object', show(value));
  return value;
}

function exactly(_: string, value: unknown, context?: { source: string }): unknown {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? (context?.source ?? value) : value;
}

function requireIncluded(fields: Fields, { where }: Mapping): void {
  for (const [path, kinds] of Object.entries(where)) {
    const value = find(fields, path);
    if (!isOneOf(value, kinds)) throw new NotAnEvent(`${path} is not ${kinds.join(' or ')}`, describe(value), true);
  }
}

function operationOf(fields: Fields, { operation }: Mapping): Operation {
  if (operation === undefined) return 'read';
  const { field, ...kinds } = operation;
  return choose(fields, field, kinds, 'operation');
}

function outcomeOf(fields: Fields, { outcome }: Mapping, f: Operation): LogEntry['type'] {
  if (f === 'fault') return 'info';
  if (outcome === undefined || f === 'show' || f === 'commit') return 'ok';
  const { field, ...kinds } = outcome;
  return choose(fields, field, kinds, 'outcome');
}

type Kinds = readonly (string | number | boolean)[];

function choose<T extends string>(
  fields: Fields,
  path: string,
  kinds: { readonly [kind in T]?: Kinds | undefined },
  what: string,
): T {
  const value = find(fields, path);
  const [kind] = Object.entries<Kinds | undefined>(kinds).find(([, values]) => isOneOf(value, values ?? [])) ?? [];
  if (kind === undefined) throw new NotAnEvent(`${path} is not an ${what} that the mapping names`, describe(value));
  return kind as T;
}

function isOneOf(value: unknown, kinds: Kinds): boolean {
  return value !== undefined && kinds.some((kind) => String(kind) === String(value));
}

function momentOf(fields: Fields, what: string, { field, unit }: Mapping['time']): bigint {
  const value = required(fields, what, field);
  const moment = nanosecondsOf(value, unit);
  const kind = unit === 'iso' ? 'an ISO date' : `a number of ${unit}`;
  if (moment === undefined) throw new NotAnEvent(`${what} is not ${kind} (field ${field})`, show(value));
  return moment;
}

function beganOf(fields: Fields, { began, took }: Mapping, ended: bigint): bigint | undefined {
  let begin: bigint;
  if (began !== undefined) begin = momentOf(fields, 'began', began);
  else if (took !== undefined) begin = ended - momentOf(fields, 'took', took);
  else return undefined;
  if (begin > ended) throw new NotAnEvent('the request began after it ended');
  return begin;
}

function nameOf(fields: Fields, what: string, path: string): Name {
  const value = required(fields, what, path);
  if (typeof value === 'string' || Number.isSafeInteger(value)) return value as Name;
  throw new NotAnEvent(`${what} is not a string or an integer (field ${path})`, show(value));
}

/** A start may lack a progress, which then is 0; a fault and a read without an answer have none. */
function progressOf(fields: Fields, mapping: Mapping, f: Operation, type: LogEntry['type']): number | undefined {
  const { field, max } = mapping.progress;
  const found = find(fields, field);
  if (f === 'fault' || (f === 'read' && type !== 'ok')) return undefined;
  if (f === 'start' && found === undefined) return 0;
  const value = found ?? required(fields, 'progress', field);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  // Rounded to nine decimals: 0.07 of 1 is 7%, not 7.000000000000001%.
  const percent = typeof number === 'number' ? Math.round((number / max) * 1e11) / 1e9 : Number.NaN;
  if (valueProblem({ progress: percent }) === undefined) return percent;
  throw new NotAnEvent(`progress is not a number from 0 to ${max} (field ${field})`, show(value));
}

function generationOf(fields: Fields, { generation }: Mapping): unknown {
  if (generation === undefined) return undefined;
  const { field, counted } = generation;
  const value = required(fields, 'generation', field);
  if (counted === 'first-seen') return value;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= 1) return number;
  throw new NotAnEvent(`generation is not an integer from 1 (field ${field})`, show(value));
}

function statusOf(fields: Fields, { status }: Mapping): string | undefined {
  const value = status === undefined ? undefined : find(fields, status);
  return value === undefined || typeof value === 'string' ? value : show(value);
}

function carriedOf(fields: Fields, { carry, operation }: Mapping, f: Operation): Fields {
  const carried: Fields = f === 'fault' && operation !== undefined ? { fault: find(fields, operation.field) } : {};
  for (const [name, path] of Object.entries(carry)) {
    const value = find(fields, path);
    if (value !== undefined) carried[name] = value;
  }
  return carried;
}

function required(fields: Fields, what: string, path: string): unknown {
  const value = find(fields, path);
  if (value === undefined) throw new NotAnEvent(`${what} is missing (field ${path})`);
  return value;
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : show(value);
}
