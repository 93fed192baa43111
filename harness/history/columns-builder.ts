import { itemAt } from '../required.ts';
import {
  FAULT,
  INFO,
  INVOKE,
  NONE,
  NOTHING,
  NUMBER,
  OK,
  PROGRESS,
  READ,
  SHAPE,
  SHOW,
  START,
  WATCH_BEGIN,
  WRITE_OK,
} from './codes.ts';
import { codeOf, operationOf, typeOf } from './codes.ts';
import { HistoryColumns } from './columns.ts';
import type { Columns } from './columns.ts';
import type { History, HistoryEvent, HistoryHeader, Scalar } from './event.ts';
import { show } from './event-shape.ts';
import { Names } from './names.ts';
import { PairIds } from './pair-ids.ts';
import { fillValue, isSameValue, readValue } from './value-row.ts';
import type { ValueRow } from './value-row.ts';
import { Float32Column, Float64Column, Int32Column, Uint8Column } from './typed-columns.ts';

/** One event in the form of the columns; filled anew for each. Names are ids of the builder's `names`. */
export interface EventRow extends ValueRow {
  index: number;
  time: number;
  process: number;
  /** `NONE` if the event does not name one. */
  session: number;
  key: number;
  code: number;
  /** For a `cas` with a pair: the expected value. */
  from: Scalar | undefined;
}

/** Greater than any progress. */
const heightOfGeneration = 128;

/** Adds the events of a history one by one, pairs them, and refuses an event that contradicts the previous ones. */
export class ColumnsBuilder {
  readonly names = new Names();
  readonly row: EventRow = emptyRow();
  #columns: Columns = emptyColumns(256);
  #length = 0;
  #heightsAreExact = true;
  readonly #views = new PairIds();
  readonly #swapFrom = new Map<number, Scalar>();
  readonly #ledger = new ProcessLedger();

  get length(): number {
    return this.#length;
  }

  /** Appends `row`, which must be well formed by itself; returns why it contradicts previous events, or `undefined`. */
  append(): string | undefined {
    const { row } = this;
    const at = this.#length;
    const problem = this.#sequenceProblem(row) ?? this.#ledger.problem(row, this.#columns, this.names);
    if (problem !== undefined) return problem;
    if (at === this.#columns.time.length) this.#columns = resized(this.#columns, at * 2);
    this.#write(at, row);
    if (row.from !== undefined) this.#swapFrom.set(at, row.from);
    if (row.code >> 2 < SHOW) this.#enter(at, row);
    this.#length = at + 1;
    return undefined;
  }

  finish(header: HistoryHeader | undefined, eventAt: (index: number) => HistoryEvent): HistoryColumns {
    const columns = cut(this.#columns, this.#length);
    return new HistoryColumns({
      header,
      length: this.#length,
      columns: { ...columns, height: this.#heightsAreExact ? columns.height : new Float32Column(0) },
      names: this.names,
      views: this.#views,
      swapFrom: this.#swapFrom,
      eventAt,
    });
  }

  #sequenceProblem({ index, time }: EventRow): string | undefined {
    const at = this.#length;
    if (index !== at) return `index is ${index}, expected ${at}`;
    const before = at === 0 ? 0 : this.#columns.time.get(at - 1);
    return time < before ? `time goes back from ${before} to ${time}` : undefined;
  }

  #write(at: number, row: EventRow): void {
    const columns = this.#columns;
    const { key, code } = row;
    const session = row.session === NONE ? row.process : row.session;
    columns.time[at] = row.time;
    columns.process[at] = row.process;
    columns.session[at] = session;
    columns.key[at] = key;
    columns.code[at] = code;
    columns.view[at] = startsView(code) ? this.#views.idOf(session, key) : NONE;
    columns.mate[at] = NONE;
    columns.shape[at] = hasValue(row) ? row.shape : NOTHING;
    columns.generation[at] = row.generation;
    columns.progress[at] = row.progress;
    columns.status[at] = row.status;
    columns.height[at] = this.#heightOf(row);
  }

  #heightOf({ shape, generation, progress }: EventRow): number {
    const height = generation * heightOfGeneration + progress;
    const isExact = Math.fround(height) === height && height - generation * heightOfGeneration === progress;
    if (shape !== NOTHING && !(isExact && (shape & SHAPE) === PROGRESS)) this.#heightsAreExact = false;
    return height;
  }

  #enter(at: number, row: EventRow): void {
    if ((row.code & 3) === INVOKE) this.#ledger.begin(at, row);
    else this.#join(this.#ledger.complete(at, row), at, row);
  }

  /** Copies what only one event of an operation says to the other. */
  #join(invoke: number, at: number, row: EventRow): void {
    const columns = this.#columns;
    columns.mate[at] = invoke;
    columns.mate[invoke] = at;
    if (row.session !== NONE && columns.session[invoke] !== row.session) {
      columns.session[invoke] = row.session;
      columns.view[invoke] = this.#views.idOf(row.session, row.key);
    }
    columns.session[at] = columns.session.get(invoke);
    columns.view[at] = columns.view.get(invoke);
    if (row.code >> 2 === READ) return;
    if (saysNothing(columns, at) || isWithoutStatus(columns, at, invoke)) {
      columns.shape[at] = columns.shape.get(invoke);
      columns.generation[at] = columns.generation.get(invoke);
      columns.progress[at] = columns.progress.get(invoke);
      columns.status[at] = columns.status.get(invoke);
      columns.height[at] = columns.height.get(invoke);
    }
  }
}

/**
 * The columns of a history that is held as events, such as that of a recorder.
 * @throws Error if an event contradicts the previous ones
 */
function columnsOf({ header, events }: History): HistoryColumns {
  const builder = new ColumnsBuilder();
  for (const event of events) {
    fillRow(builder.row, event, builder.names);
    const problem = builder.append();
    if (problem !== undefined) throw new Error(`event ${event.index}: ${problem}`);
  }
  return builder.finish(header, (index) => itemAt(events, index));
}

/** The same history in columns. */
export function asColumns(history: History | HistoryColumns): HistoryColumns {
  return history instanceof HistoryColumns ? history : columnsOf(history);
}

export function fillRow(row: EventRow, event: HistoryEvent, names: Names): void {
  const { f, value } = event;
  row.index = event.index;
  row.time = event.time;
  row.process = names.idOf(event.process);
  row.session = event.session === undefined ? NONE : names.idOf(event.session);
  row.key = event.key === undefined || event.key === null ? NONE : names.idOf(event.key);
  row.code = codeOf(event);
  fillValue(row, f === 'fault' ? undefined : value, names);
  row.from = Array.isArray(value) && f === 'cas' ? (value as readonly [Scalar, Scalar])[0] : undefined;
}

function emptyRow(): EventRow {
  return {
    index: 0,
    time: 0,
    process: 0,
    session: NONE,
    key: NONE,
    code: 0,
    shape: NOTHING,
    generation: 0,
    progress: 0,
    status: NONE,
    from: undefined,
  };
}

/** A read has a value only if it is ok, a watch never; a start with value `null` does not know its generation yet. */
function hasValue({ code, shape, generation }: EventRow): boolean {
  const f = code >> 2;
  if (f === READ) return (code & 3) === OK;
  if (f >= WATCH_BEGIN) return false;
  return f !== START || !isNull(shape, generation);
}

/** A completion has the view of its invoke, a fault has no view. */
function startsView(code: number): boolean {
  const f = code >> 2;
  return f < SHOW ? (code & 3) === INVOKE : f !== FAULT;
}

function saysNothing(columns: Columns, at: number): boolean {
  return columns.shape[at] === NOTHING || isNull(columns.shape.get(at), columns.generation.get(at));
}

/** Whether a completed write has the value of its invoke without the status. */
function isWithoutStatus(columns: Columns, at: number, invoke: number): boolean {
  return columns.code.get(at) === WRITE_OK && columns.status[at] === NONE && columns.status[invoke] !== NONE;
}

function isNull(shape: number, generation: number): boolean {
  return shape === NUMBER && generation < 0;
}

/** The operation of each process: at most one at a time, and none after one that ended in `info`. */
class ProcessLedger {
  /** By process: the invoke in flight, plus one; the event that ended the process in `info`, plus one. */
  #inFlight = new Int32Column(64);
  #ended = new Int32Column(64);
  /** By process: whether the invoke in flight names its session. */
  #namesSession = new Uint8Column(64);

  problem(row: EventRow, columns: Columns, names: Names): string | undefined {
    const { process, code } = row;
    const f = code >> 2;
    if (f === FAULT) return undefined;
    if (process >= this.#inFlight.length) this.#grow(process);
    if (this.#ended[process] !== 0) {
      const end = this.#ended.get(process) - 1;
      const what = operationOf(columns.code.get(end));
      return `process ${show(names.nameOf(process))} is used again after its ${what} ended in info at index ${end}`;
    }
    if (f >= SHOW) return undefined;
    const invoke = this.#inFlight.get(process) - 1;
    if ((code & 3) === INVOKE) {
      if (invoke === NONE) return undefined;
      const what = operationOf(columns.code.get(invoke));
      return `process ${show(names.nameOf(process))} still has the ${what} of index ${invoke} in flight`;
    }
    if (invoke !== NONE) return this.#mismatch(row, invoke, columns, names);
    return `${typeOf(code)} without an invoke: process ${show(names.nameOf(process))} has no operation in flight`;
  }

  begin(at: number, { process, session }: EventRow): void {
    this.#inFlight[process] = at + 1;
    this.#namesSession[process] = session === NONE ? 0 : 1;
  }

  /** Returns the invoke. */
  complete(at: number, { process, code }: EventRow): number {
    const invoke = this.#inFlight.get(process) - 1;
    this.#inFlight[process] = 0;
    if ((code & 3) === INFO) this.#ended[process] = at + 1;
    return invoke;
  }

  #mismatch(row: EventRow, invoke: number, columns: Columns, names: Names): string | undefined {
    const { process, session, key, code } = row;
    const differs = (field: string, ended: unknown, begun: unknown): string =>
      `${field} is ${show(ended)}, but the invoke at index ${invoke} has ${show(begun)}`;
    const begun = columns.code.get(invoke);
    if (begun >> 2 !== code >> 2) return differs('f', operationOf(code), operationOf(begun));
    if (columns.key[invoke] !== key) return differs('key', names.nameOf(key), names.nameOf(columns.key.get(invoke)));
    const isSession = session === NONE || this.#namesSession[process] === 0 || columns.session[invoke] === session;
    if (!isSession) return differs('session', names.nameOf(session), names.nameOf(columns.session.get(invoke)));
    if (code !== WRITE_OK || row.shape === NOTHING || isNull(row.shape, row.generation)) return undefined;
    const written = rowAt(columns, invoke);
    return isSameValue(row, written) ? undefined : differs('value', readValue(row, names), readValue(written, names));
  }

  #grow(process: number): void {
    const length = Math.max(process + 1, this.#inFlight.length * 2);
    const grown = <T extends Int32Column | Uint8Column>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#inFlight = grown(this.#inFlight, new Int32Column(length));
    this.#ended = grown(this.#ended, new Int32Column(length));
    this.#namesSession = grown(this.#namesSession, new Uint8Column(length));
  }
}

function emptyColumns(length: number): Columns {
  return {
    time: new Float64Column(length),
    process: new Int32Column(length),
    session: new Int32Column(length),
    key: new Int32Column(length),
    code: new Uint8Column(length),
    view: new Int32Column(length),
    mate: new Int32Column(length),
    shape: new Uint8Column(length),
    generation: new Float64Column(length),
    progress: new Float64Column(length),
    status: new Int32Column(length),
    height: new Float32Column(length),
  };
}

function rowAt({ shape, generation, progress, status }: Columns, at: number): ValueRow {
  return {
    shape: shape.get(at),
    generation: generation.get(at),
    progress: progress.get(at),
    status: status.get(at),
  };
}

function resized(columns: Columns, length: number): Columns {
  const larger = emptyColumns(length);
  for (const name of Object.keys(larger) as (keyof Columns)[]) larger[name].set(columns[name]);
  return larger;
}

function cut(columns: Columns, length: number): Columns {
  const parts = Object.entries(columns).map(([name, column]) => [name, column.subarray(0, length)]);
  return Object.fromEntries(parts) as Columns;
}
