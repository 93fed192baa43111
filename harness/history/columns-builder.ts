import { itemAt } from '../required.ts';
import {
  FAULT,
  INVOKE,
  NONE,
  NOTHING,
  OK,
  PROGRESS,
  READ,
  SHAPE,
  SHOW,
  START,
  WATCH_BEGIN,
  WRITE_OK,
} from './codes.ts';
import { HistoryColumns } from './columns.ts';
import type { Columns, HistoryParts } from './columns.ts';
import type { History, HistoryEvent, HistoryHeader, Scalar } from './event.ts';
import { emptyRow, fillRow, type EventRow } from './event-row.ts';
import { Names } from './names.ts';
import { PairIds } from './pair-ids.ts';
import { ProcessLedger } from './process-ledger.ts';
import { isNull } from './value-row.ts';
import { Float32Column, Float64Column, Int32Column, Uint8Column } from './typed-columns.ts';

/** Greater than any progress. */
const heightOfGeneration = 128;

/** Why an event cannot follow `length` others, of which the last has the time `before`; or `undefined`. */
export function sequenceProblem(
  { index, time }: Pick<EventRow, 'index' | 'time'>,
  length: number,
  before: number,
): string | undefined {
  if (index !== length) return `index is ${index}, expected ${length}`;
  return time < before ? `time goes back from ${before} to ${time}` : undefined;
}

/** Adds the events of a history one by one, pairs them, and refuses an event that contradicts the previous ones. */
export class ColumnsBuilder {
  readonly names = new Names();
  readonly row: EventRow = emptyRow();
  #columns: Columns;
  #length = 0;
  #heightsAreExact = true;
  readonly #views = new PairIds();
  readonly #swapFrom = new Map<number, Scalar>();
  readonly #ledger = new ProcessLedger(this.names);

  /** @param capacity for how many events to reserve memory; more may be appended */
  constructor(capacity = 256) {
    this.#columns = emptyColumns(Math.max(1, capacity));
  }

  get length(): number {
    return this.#length;
  }

  /** Appends `row`, which must be well formed by itself; returns why it contradicts previous events, or `undefined`. */
  append(): string | undefined {
    const { row } = this;
    const at = this.#length;
    const problem = this.#sequenceProblem(row) ?? this.#ledger.problem(row);
    if (problem !== undefined) return problem;
    if (at === this.#columns.time.length) this.#columns = resized(this.#columns, at * 2);
    this.#write(at, row);
    if (row.from !== undefined) this.#swapFrom.set(at, row.from);
    if (row.code >> 2 < SHOW) this.#enter(at, row);
    this.#length = at + 1;
    return undefined;
  }

  /** @param records what the whole history has, if these are not all of its events */
  finish(
    header: HistoryHeader | undefined,
    eventAt: (index: number) => HistoryEvent,
    records: Pick<HistoryParts, 'recordsShows' | 'recordsWatches'> = {},
  ): HistoryColumns {
    const columns = cut(this.#columns, this.#length);
    return new HistoryColumns({
      header,
      length: this.#length,
      columns: { ...columns, height: this.#heightsAreExact ? columns.height : new Float32Column(0) },
      names: this.names,
      views: this.#views,
      swapFrom: this.#swapFrom,
      eventAt,
      ...records,
    });
  }

  #sequenceProblem({ index, time }: EventRow): string | undefined {
    const at = this.#length;
    return sequenceProblem({ index, time }, at, at === 0 ? 0 : this.#columns.time.get(at - 1));
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
    if ((row.code & 3) === INVOKE) this.#ledger.begin(row);
    else this.#join(this.#ledger.complete(row), at, row);
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

/** A read has a value only if it is ok, a watch never; a start with value `null` does not know its generation yet. */
function hasValue({ code, shape, generation }: EventRow): boolean {
  const f = code >> 2;
  if (f === READ) return (code & 3) === OK;
  if (f >= WATCH_BEGIN) return false;
  return f !== START || !isNull({ shape, generation });
}

/** A completion has the view of its invoke, a fault has no view. */
function startsView(code: number): boolean {
  const f = code >> 2;
  return f < SHOW ? (code & 3) === INVOKE : f !== FAULT;
}

function saysNothing(columns: Columns, at: number): boolean {
  return (
    columns.shape[at] === NOTHING || isNull({ shape: columns.shape.get(at), generation: columns.generation.get(at) })
  );
}

/** Whether a completed write has the value of its invoke without the status. */
function isWithoutStatus(columns: Columns, at: number, invoke: number): boolean {
  return columns.code.get(at) === WRITE_OK && columns.status[at] === NONE && columns.status[invoke] !== NONE;
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

function resized(columns: Columns, length: number): Columns {
  const larger = emptyColumns(length);
  for (const name of Object.keys(larger) as (keyof Columns)[]) larger[name].set(columns[name]);
  return larger;
}

function cut(columns: Columns, length: number): Columns {
  const parts = Object.entries(columns).map(([name, column]) => [name, column.subarray(0, length)]);
  return Object.fromEntries(parts) as Columns;
}
