/** A whole history in columns: typed arrays with one item per event, the input of the checkers. */
import { ENDED, FAULT, INVOKE, NONE, NOTHING, PROGRESS, SHAPE, SHOW_OK, TEXT } from './codes.ts';
import { WATCH_BEGIN_OK, WATCH_END_OK } from './codes.ts';
import type { HistoryEvent, HistoryHeader, Scalar, Value } from './event.ts';
import type { Names } from './names.ts';
import type { PairIds } from './pair-ids.ts';
import { ValueIds } from './value-ids.ts';
import { readValue } from './value-row.ts';
import type { Float32Column, Float64Column, Int32Column, Uint8Column } from './typed-columns.ts';

export interface Columns {
  /** Nanoseconds since the run began. */
  readonly time: Float64Column;
  /** Ids of names. Both events of an operation have its session, also if only one of them names it. */
  readonly process: Int32Column;
  readonly session: Int32Column;
  readonly key: Int32Column;
  /** `f` and `type`, see `codes.ts`. */
  readonly code: Uint8Column;
  /** The number of the pair of session and key, counted from 0. */
  readonly view: Int32Column;
  /** The other event of the same operation; `NONE` for one still in flight and for single events. */
  readonly mate: Int32Column;
  /**
   * The value, see `codes.ts`: for a read the value returned (`NOTHING` unless it is ok), otherwise the value written,
   * for a `cas` the second of the pair. A completion without a value has that of its invoke.
   */
  readonly shape: Uint8Column;
  readonly generation: Float64Column;
  readonly progress: Float64Column;
  /** Id of the name of the status; `NONE` without one. */
  readonly status: Int32Column;
  /**
   * The value as one number with the same order and equality, if all values of the history are progresses that have
   * such a number; otherwise empty. Comparing four bytes is much faster than seventeen.
   */
  readonly height: Float32Column;
}

export interface HistoryParts {
  header: HistoryHeader | undefined;
  length: number;
  columns: Columns;
  names: Names;
  /** Sessions and keys of the views. */
  views: PairIds;
  /** By event: the value that its `cas` expects. */
  swapFrom: ReadonlyMap<number, Scalar>;
  /** The event as it was recorded, with all its extra fields. */
  eventAt: (index: number) => HistoryEvent;
  /** Whether there are `show` events; for a selection, whether the whole history has any. */
  recordsShows?: boolean;
  /** Whether there are `watch` events, in the same way. */
  recordsWatches?: boolean;
}

export class HistoryColumns implements Columns {
  readonly header: HistoryHeader | undefined;
  readonly length: number;
  readonly time: Float64Column;
  readonly process: Int32Column;
  readonly session: Int32Column;
  readonly key: Int32Column;
  readonly code: Uint8Column;
  readonly view: Int32Column;
  readonly mate: Int32Column;
  readonly shape: Uint8Column;
  readonly generation: Float64Column;
  readonly progress: Float64Column;
  readonly status: Int32Column;
  readonly height: Float32Column;
  readonly names: Names;
  readonly views: PairIds;
  readonly swapFrom: ReadonlyMap<number, Scalar>;
  readonly eventAt: (index: number) => HistoryEvent;
  /** Whether there are `show` events: then reads do not count as shown. */
  readonly recordsShows: boolean;
  /** Whether there are `watch` events: then a session is judged by its watches, not by its reads. */
  readonly recordsWatches: boolean;
  /** Whether any value ends its generation by its status. */
  readonly recordsEnds: boolean;
  readonly #hasHeights: boolean;
  #values: ValueIds | undefined;
  #counts: Uint32Array | undefined;

  constructor(parts: HistoryParts) {
    const { header, length, columns, names, views, swapFrom, eventAt, recordsShows, recordsWatches } = parts;
    this.header = header;
    this.length = length;
    this.time = columns.time;
    this.process = columns.process;
    this.session = columns.session;
    this.key = columns.key;
    this.code = columns.code;
    this.view = columns.view;
    this.mate = columns.mate;
    this.shape = columns.shape;
    this.generation = columns.generation;
    this.progress = columns.progress;
    this.status = columns.status;
    this.height = columns.height;
    this.#hasHeights = columns.height.length > 0;
    this.names = names;
    this.views = views;
    this.swapFrom = swapFrom;
    this.eventAt = eventAt;
    this.recordsEnds = columns.shape.includes(PROGRESS | ENDED);
    this.recordsShows = recordsShows ?? columns.code.includes(SHOW_OK);
    this.recordsWatches =
      recordsWatches ?? (columns.code.includes(WATCH_BEGIN_OK) || columns.code.includes(WATCH_END_OK));
  }

  /** All events as they were recorded, created on each access: many checks and reports do not need them. */
  get events(): HistoryEvent[] {
    return Array.from({ length: this.length }, (_, index) => this.eventAt(index));
  }

  /** Ids for the values of each key, created on first access. */
  get values(): ValueIds {
    this.#values ??= new ValueIds(this);
    return this.#values;
  }

  /** The number of events of this code. */
  countOf(code: number): number {
    this.#counts ??= this.#count();
    return this.#counts[code] ?? 0;
  }

  #count(): Uint32Array {
    const counts = new Uint32Array(1 << 8);
    for (let at = 0; at < this.length; at++) counts[this.code.get(at)]! += 1;
    return counts;
  }

  keyName(index: number): string {
    const key = this.key.get(index);
    return key === NONE ? '' : this.names.nameOf(key);
  }

  sessionName(index: number): string {
    return this.names.nameOf(this.session.get(index));
  }

  /** The value in the columns: without a status, and for a `cas` only the second of the pair. */
  valueAt(index: number): Value | undefined {
    return readValue(
      {
        shape: this.shape.get(index),
        generation: this.generation.get(index),
        progress: this.progress.get(index),
        status: NONE,
      },
      this.names,
    );
  }

  /** The status of the value, or `undefined`. */
  statusAt(index: number): string | undefined {
    const status = this.status.get(index);
    return status === NONE ? undefined : this.names.nameOf(status);
  }

  /**
   * Negative, zero or positive if the value at `a` is smaller than, equal to or greater than that at `b`, `NaN` if
   * they have no order; see `compareValues`.
   */
  compare(a: number, b: number): number {
    if (this.#hasHeights) return this.height.get(a) - this.height.get(b);
    const shape = this.shape.get(a) & SHAPE;
    if (shape !== (this.shape.get(b) & SHAPE)) return Number.NaN;
    if (shape >= TEXT) return this.progress[a] === this.progress[b] ? 0 : Number.NaN;
    return this.generation.get(a) - this.generation.get(b) || this.progress.get(a) - this.progress.get(b);
  }

  /**
   * Whether the value at `later` takes back the end of a generation: the one at `earlier` has the status `completed` or
   * `failed`, and `later` has another status in the same generation.
   */
  isReopened(earlier: number, later: number): boolean {
    if (!this.isEnd(earlier)) return false;
    const status = this.status.get(later);
    return status !== NONE && status !== this.status[earlier] && this.generation[earlier] === this.generation[later];
  }

  /** Whether the status of the value ends its generation. */
  isEnd(index: number): boolean {
    return (this.shape.get(index) & ENDED) !== 0;
  }

  isTerminal(index: number): boolean {
    const shape = this.shape.get(index);
    return (shape & SHAPE) === PROGRESS && (this.isEnd(index) || this.progress[index] === 100);
  }

  /**
   * The event with the value that the operation of this invoke wrote or would have written, or `NONE` if it is unknown.
   */
  writtenAt(invoke: number): number {
    const completion = this.mate.get(invoke);
    if (completion !== NONE && this.shape[completion] !== NOTHING) return completion;
    return this.shape[invoke] === NOTHING ? NONE : invoke;
  }

  /** How the operation of this invoke ended: `OK`, `FAIL`, `INFO`, or `INVOKE` if it is still in flight. */
  outcomeOf(invoke: number): number {
    const completion = this.mate.get(invoke);
    return completion === NONE ? INVOKE : this.code.get(completion) & 3;
  }

  isFault(index: number): boolean {
    return this.code.get(index) >> 2 === FAULT;
  }
}
