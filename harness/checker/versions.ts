import { FAIL, NONE, NOTHING, PROGRESS, SHAPE, beginsWrite, completesWrite } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { NewerWrites } from './newer-writes.ts';

/** How far behind a value is: the completed writes newer than it, the first of them to complete, and the newest. */
export interface Missed {
  count: number;
  /** Completions; `NONE` where there is none. */
  earliest: number;
  newest: number;
}

const IN_FLIGHT = 0x7fffffff;

/**
 * The versions of each key, as far as the history has been followed. Progresses are newer as they are greater, and
 * equal ones are one version. Scalars of a register are newer when their write began after that of the other had
 * completed; of a value that was written more than once the last write counts.
 */
export class Versions {
  readonly #history: HistoryColumns;
  readonly #newer: NewerWrites;
  /** By value: the first place of its key's axis that is newer; `NONE` for a scalar not written so far. */
  readonly #after: Int32Array;
  /** By value: the last write of it that had begun. */
  readonly #written: Int32Array;
  /** By write of a scalar: its place, which is how many writes of its key began before it. */
  readonly #place = new Map<number, number>();
  /** By value: whether a write of this progress has completed. */
  readonly #isComplete: Uint8Array;
  /** By key: how many writes of scalars began, the newest completed write and its place. */
  readonly #begun: Int32Array;
  readonly #newest: Int32Array;
  readonly #newestPlace: Int32Array;

  constructor(history: HistoryColumns) {
    const { names, values } = history;
    this.#history = history;
    this.#after = new Int32Array(values.count).fill(NONE);
    this.#written = new Int32Array(values.count).fill(NONE);
    this.#isComplete = new Uint8Array(values.count);
    this.#begun = new Int32Array(names.count);
    this.#newest = new Int32Array(names.count).fill(NONE);
    this.#newestPlace = new Int32Array(names.count).fill(NONE);
    this.#newer = new NewerWrites(this.#layAxes());
    for (const key of values.keys) {
      const initial = values.initial[key]!;
      if (this.#after[initial] === NONE) this.#after[initial] = 0;
    }
  }

  /** Takes in the next event of the history. */
  follow(at: number): void {
    const what = this.#history.code[at]!;
    if (beginsWrite(what)) this.#begin(at);
    else if (completesWrite(what)) this.#complete(at);
  }

  /** What the value at `event` misses now; `undefined` where nobody can tell. */
  missedBy(event: number): Missed | undefined {
    const key = this.#history.key[event]!;
    const after = this.#after[this.#history.values.ids[event]!]!;
    if (after === NONE) return undefined;
    const newest = this.#newest[key]!;
    if (after > this.#newestPlace[key]!) return { count: 0, earliest: NONE, newest };
    const { count, earliest } = this.#newer.from(key, after);
    return { count, earliest: count === 0 ? NONE : earliest, newest };
  }

  /** Whether a write that makes the scalar at `event` new again began after the event `since`. */
  isWrittenAnewSince(event: number, since: number): boolean {
    const { key, values } = this.#history;
    return values.holdsProgress[key[event]!] === 0 && this.#written[this.#history.values.ids[event]!]! > since;
  }

  #begin(invoke: number): void {
    const { key, values } = this.#history;
    const written = this.#history.writtenAt(invoke);
    if (written === NONE || this.#history.outcomeOf(invoke) === FAIL) return;
    const value = values.ids[written]!;
    this.#written[value] = invoke;
    if (values.holdsProgress[key[invoke]!] === 1) return;
    this.#after[value] = IN_FLIGHT;
    this.#place.set(invoke, this.#begun[key[invoke]!]!++);
  }

  #complete(at: number): void {
    const { key: keys, mate, shape, values } = this.#history;
    if (shape[at] === NOTHING) return;
    const [key, value] = [keys[at]!, values.ids[at]!];
    const place = this.#place.get(mate[at]!);
    if (place !== undefined) {
      if (this.#written[value] === mate[at]) this.#after[value] = this.#begun[key]!;
      this.#place.delete(mate[at]!);
      this.#take(key, place, at);
    } else if (this.#isComplete[value] === 0) {
      this.#isComplete[value] = 1;
      this.#take(key, this.#after[value]! - 1, at);
    }
  }

  #take(key: number, place: number, at: number): void {
    this.#newer.take(key, place, at);
    if (place <= this.#newestPlace[key]!) return;
    this.#newestPlace[key] = place;
    this.#newest[key] = at;
  }

  /** Where the axis of each key starts. Places of progresses are fixed here: their ranks among those of the key. */
  #layAxes(): Int32Array {
    const { key, code, values, length } = this.#history;
    const offsets = new Int32Array(this.#history.names.count + 1);
    for (let at = 0; at < length; at++) {
      if (beginsWrite(code[at]!) && values.holdsProgress[key[at]!] === 0) offsets[key[at]! + 1]! += 1;
    }
    for (const value of this.#progressesInOrder()) {
      const place = key[values.firsts[value]!]! + 1;
      offsets[place]! += 1;
      this.#after[value] = offsets[place]!;
    }
    for (let axis = 1; axis < offsets.length; axis++) offsets[axis]! += offsets[axis - 1]!;
    return offsets;
  }

  #progressesInOrder(): number[] {
    const { shape, generation, progress, values } = this.#history;
    const { firsts, count } = values;
    const ids: number[] = [];
    for (let id = 0; id < count; id++) if ((shape[firsts[id]!]! & SHAPE) === PROGRESS) ids.push(id);
    return ids.sort((a, b) => {
      const [first, other] = [firsts[a]!, firsts[b]!];
      return generation[first]! - generation[other]! || progress[first]! - progress[other]!;
    });
  }
}
