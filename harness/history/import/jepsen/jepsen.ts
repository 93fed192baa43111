/**
 * Imports register histories of Jepsen, Knossos and elle-cli. Events keep the order of the file. Jepsen's times may go
 * back by a little; such a time is replaced by the previous one. In a history without times all are 0.
 */
import { ColumnsBuilder } from '../../columns-builder.ts';
import { fillRow } from '../../event-row.ts';
import type { HistoryColumns } from '../../columns.ts';
import type { HistoryEvent, Value } from '../../event.ts';
import { shapeProblem, show } from '../../event-shape.ts';
import type { Fields } from '../../event-shape.ts';
import { itemAt } from '../../../required.ts';
import type { Plain } from './edn-value.ts';
import { readEdnOps, readJsonOps } from './jepsen-op.ts';
import type { JepsenOp } from './jepsen-op.ts';
import { JepsenValues } from './jepsen-values.ts';
import { SyntaxProblem, locating } from '../problem.ts';

export interface JepsenOptions {
  /** The initial value of every register; null when missing. */
  initial?: Value;
}

/**
 * @param text may be given in pieces
 * @throws UsageError `FILE:LINE: what is wrong`
 */
export function importJepsenEdn(
  text: string | readonly string[],
  file: string,
  options: JepsenOptions = {},
): HistoryColumns {
  return locating(file, 'history-invalid', () => toHistory([...readEdnOps([text].flat())], options));
}

/** @throws UsageError `FILE:LINE: what is wrong` */
export function importJepsenJson(
  text: string | readonly string[],
  file: string,
  options: JepsenOptions = {},
): HistoryColumns {
  return locating(file, 'history-invalid', () => toHistory([...readJsonOps([text].flat())], options));
}

/** Fields with a meaning; all others become extra fields. */
export const understoodFields: ReadonlySet<string> = new Set([
  'index',
  'time',
  'process',
  'process-name',
  'session',
  'type',
  'f',
  'key',
  'value',
]);
/** Operations of a register, and those of Ratchet's own format, which an export contains. */
const operations: ReadonlySet<unknown> = new Set(['read', 'write', 'cas', 'start', 'show', 'commit']);
/** Jepsen's tests use these names too; only in an export of Ratchet do they mean Ratchet's operations. */
const exportedOnly: ReadonlySet<unknown> = new Set(['watch', 'receive']);
const singles: ReadonlySet<unknown> = new Set(['show', 'commit', ...exportedOnly]);

function toHistory(ops: readonly JepsenOp[], { initial }: JepsenOptions): HistoryColumns {
  const importer = new Importer(new JepsenValues(ops.filter(({ fields }) => isOperation(fields))));
  const events = ops.map((op) => importer.eventOf(op));
  return importer.builder.finish(initial === undefined ? undefined : { history: 1, initial }, (index) =>
    itemAt(events, index),
  );
}

class Importer {
  readonly builder = new ColumnsBuilder();
  readonly #values: JepsenValues;
  #time = 0;
  #jepsenIndex = -1;

  constructor(values: JepsenValues) {
    this.#values = values;
  }

  eventOf(op: JepsenOp): HistoryEvent {
    const { fields, line } = op;
    const body = isOperation(fields) ? this.#operation(op) : fault(fields, line);
    const [index, time, jepsenIndex] = [this.builder.length, this.#timeOf(op), this.#jepsenIndexOf(op)];
    const event: Fields = { index, time, ...body, ...carried(fields), ...body };
    if (jepsenIndex !== index) event['jepsen_index'] = jepsenIndex;
    const problem = shapeProblem(event) ?? this.#append(event as unknown as HistoryEvent);
    if (problem !== undefined) throw new SyntaxProblem(line, problem);
    return event as unknown as HistoryEvent;
  }

  #append(event: HistoryEvent): string | undefined {
    fillRow(this.builder.row, event, this.builder.names);
    return this.builder.append();
  }

  #operation(op: JepsenOp): Fields {
    const { fields } = op;
    const f = word(fields.get('f'));
    const process = processOf(fields);
    const session = fields.get('session');
    const type = singles.has(f) ? 'ok' : word(fields.get('type'));
    const { key, value } = this.#values.resolve(op, process, f, type);
    return {
      process,
      ...(session === undefined || session === null ? {} : { session }),
      type,
      f,
      key,
      ...(value === undefined ? {} : { value }),
    };
  }

  #timeOf({ fields, line }: JepsenOp): number {
    const time = fields.get('time') ?? this.#time;
    if (!Number.isSafeInteger(time)) throw new SyntaxProblem(line, `time must be nanoseconds, not ${show(time)}`);
    this.#time = Math.max(this.#time, time as number);
    return this.#time;
  }

  #jepsenIndexOf({ fields, line }: JepsenOp): number {
    const index = fields.get('index') ?? this.#jepsenIndex + 1;
    if (!Number.isSafeInteger(index)) throw new SyntaxProblem(line, `index must be an integer, not ${show(index)}`);
    if ((index as number) <= this.#jepsenIndex) {
      throw new SyntaxProblem(line, `index goes back from ${this.#jepsenIndex} to ${show(index)}`);
    }
    this.#jepsenIndex = index as number;
    return this.#jepsenIndex;
  }
}

/** An operation of a client, or a single event of Ratchet. Operations of the nemesis and other processes are faults. */
function isOperation(fields: JepsenOp['fields']): boolean {
  const [process, f] = [word(fields.get('process')), word(fields.get('f'))];
  if (process === undefined || process === 'nemesis') return false;
  return operations.has(f) || (process === 'ratchet' && exportedOnly.has(f));
}

function fault(fields: JepsenOp['fields'], line: number): Fields {
  const [name, type, key, value] = [
    word(fields.get('f')),
    word(fields.get('type')),
    fields.get('key'),
    fields.get('value'),
  ];
  if (Number.isSafeInteger(fields.get('process'))) {
    throw new SyntaxProblem(line, `a register has read, write and cas, not ${show(name ?? null)}`);
  }
  const session = fields.get('session');
  return {
    process: processOf(fields),
    ...(session === undefined || session === null ? {} : { session }),
    type: 'info',
    f: 'fault',
    ...(key === undefined || key === null ? {} : { key }),
    ...(value === undefined || value === null ? {} : { value }),
    ...(name === 'fault' ? {} : { fault: name }),
    ...(type === 'info' ? {} : { jepsen_type: type }),
  };
}

function processOf(fields: JepsenOp['fields']): Plain | undefined {
  return fields.get('process-name') ?? word(fields.get('process'));
}

function carried(fields: JepsenOp['fields']): Fields {
  return Object.fromEntries([...fields].filter(([name]) => !understoodFields.has(name)));
}

/** A keyword without its colon: JSON has `"read"` where EDN has `:read`. */
function word(value: Plain | undefined): Plain | undefined {
  return typeof value === 'string' && value.startsWith(':') ? value.slice(1) : value;
}
