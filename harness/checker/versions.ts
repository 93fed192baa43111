import { FAIL, NONE, NOTHING, PROGRESS, SHAPE, beginsWrite, completesWrite } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column, Uint8Column } from '../history/typed-columns.ts';
import { NewerWrites } from './newer-writes.ts';

/** The completed writes that are newer than a value: their number, the first to complete, and the newest. */
export interface Missed {
  count: number;
  /** Completions; `NONE` if there are none. */
  earliest: number;
  newest: number;
}

const IN_FLIGHT = 0x7fffffff;

/**
 * The versions of each key, up to the current event of the history. A greater progress is newer, and equal ones are one
 * version. A scalar of a register is newer than another if its write began after that of the other completed; if a
 * value was written more than once, the last write counts.
 */
export class Versions {
  readonly #history: HistoryColumns;
  readonly #newer: NewerWrites;
  /** By value: the first newer place on the axis of its key; `NONE` for a scalar not written so far. */
  readonly #after: Int32Column;
  /** By value: the last write of it that has begun. */
  readonly #written: Int32Column;
  /** By write of a scalar: its place, the number of writes to its key that began before it. */
  readonly #place = new Map<number, number>();
  /** By value: whether a write of this progress has completed. */
  readonly #isComplete: Uint8Column;
  /** By key: how many writes of scalars began, the newest completed write and its place. */
  readonly #begun: Int32Column;
  readonly #newest: Int32Column;
  readonly #newestPlace: Int32Column;

  constructor(history: HistoryColumns) {
    const { names, values } = history;
    this.#history = history;
    this.#after = new Int32Column(values.count).fill(NONE);
    this.#written = new Int32Column(values.count).fill(NONE);
    this.#isComplete = new Uint8Column(values.count);
    this.#begun = new Int32Column(names.count);
    this.#newest = new Int32Column(names.count).fill(NONE);
    this.#newestPlace = new Int32Column(names.count).fill(NONE);
    this.#newer = new NewerWrites(this.#layAxes());
    for (const key of values.keys) {
      const initial = values.initial.get(key);
      if (this.#after[initial] === NONE) this.#after[initial] = 0;
    }
  }

  /** Processes the next event of the history. */
  follow(at: number): void {
    const what = this.#history.code.get(at);
    if (beginsWrite(what)) this.#begin(at);
    else if (completesWrite(what)) this.#complete(at);
  }

  /** The writes that the value at `event` misses now; `undefined` if its place among the writes is unknown. */
  missedBy(event: number): Missed | undefined {
    const key = this.#history.key.get(event);
    const after = this.#after.get(this.#history.values.ids.get(event));
    if (after === NONE) return undefined;
    const newest = this.#newest.get(key);
    if (after > this.#newestPlace.get(key)) return { count: 0, earliest: NONE, newest };
    const { count, earliest } = this.#newer.from(key, after);
    return { count, earliest: count === 0 ? NONE : earliest, newest };
  }

  /** Whether a write that makes the scalar at `event` new again began after the event `since`. */
  isWrittenAnewSince(event: number, since: number): boolean {
    const { key, values } = this.#history;
    return values.holdsProgress[key.get(event)] === 0 && this.#written.get(this.#history.values.ids.get(event)) > since;
  }

  #begin(invoke: number): void {
    const { key, values } = this.#history;
    const written = this.#history.writtenAt(invoke);
    if (written === NONE || this.#history.outcomeOf(invoke) === FAIL) return;
    const value = values.ids.get(written);
    this.#written[value] = invoke;
    if (values.holdsProgress[key.get(invoke)] === 1) return;
    this.#after[value] = IN_FLIGHT;
    const name = key.get(invoke);
    this.#place.set(invoke, this.#begun.get(name));
    this.#begun.add(name, 1);
  }

  #complete(at: number): void {
    const { key: keys, mate, shape, values } = this.#history;
    if (shape[at] === NOTHING) return;
    const [key, value] = [keys.get(at), values.ids.get(at)];
    const place = this.#place.get(mate.get(at));
    if (place !== undefined) {
      if (this.#written[value] === mate[at]) this.#after[value] = this.#begun.get(key);
      this.#place.delete(mate.get(at));
      this.#take(key, place, at);
    } else if (this.#isComplete[value] === 0) {
      this.#isComplete[value] = 1;
      this.#take(key, this.#after.get(value) - 1, at);
    }
  }

  #take(key: number, place: number, at: number): void {
    this.#newer.take(key, place, at);
    if (place <= this.#newestPlace.get(key)) return;
    this.#newestPlace[key] = place;
    this.#newest[key] = at;
  }

  /** The start of each key's axis. Also sets the places of progresses: their ranks among those of the key. */
  #layAxes(): Int32Column {
    const { key, code, values, length } = this.#history;
    const offsets = new Int32Column(this.#history.names.count + 1);
    for (let at = 0; at < length; at++) {
      if (beginsWrite(code.get(at)) && values.holdsProgress[key.get(at)] === 0) offsets.add(key.get(at) + 1, 1);
    }
    for (const value of this.#progressesInOrder()) {
      const place = key.get(values.firsts.get(value)) + 1;
      offsets.add(place, 1);
      this.#after[value] = offsets.get(place);
    }
    for (let axis = 1; axis < offsets.length; axis++) offsets.add(axis, offsets.get(axis - 1));
    return offsets;
  }

  #progressesInOrder(): number[] {
    const { shape, generation, progress, values } = this.#history;
    const { firsts, count } = values;
    const ids: number[] = [];
    for (let id = 0; id < count; id++) if ((shape.get(firsts.get(id)) & SHAPE) === PROGRESS) ids.push(id);
    return ids.sort((a, b) => {
      const [first, other] = [firsts.get(a), firsts.get(b)];
      return generation.get(first) - generation.get(other) || progress.get(first) - progress.get(other);
    });
  }
}
