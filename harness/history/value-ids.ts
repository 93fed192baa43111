import { NONE, NOTHING, PROGRESS, SHAPE } from './codes.ts';
import type { HistoryHeader, Value } from './event.ts';
import type { Names } from './names.ts';
import { valueId } from './order.ts';
import { Float64Column, Int32Column, Uint8Column } from './typed-columns.ts';
import { fillValue, initialValue } from './value-row.ts';

/** The parts of a history that concern values. */
interface ValueSource {
  readonly header: HistoryHeader | undefined;
  readonly length: number;
  readonly names: Names;
  readonly key: Int32Column;
  readonly shape: Uint8Column;
  readonly generation: Float64Column;
  readonly progress: Float64Column;
}

/** Ids for the values of each key, counted from 0: equal values of a key have the same id; the status is ignored. */
export class ValueIds {
  /** By event; `NONE` without a value. */
  readonly ids: Int32Column;
  /** By id: the first event with the value. */
  readonly firsts: Int32Column;
  readonly count: number;
  /** The keys that have values, in the order of their first values. */
  readonly keys: readonly number[];
  /** By key: the id of its initial value; `count` if no event has that value. */
  readonly initial: Int32Column;
  /** By key: whether it holds progresses. */
  readonly holdsProgress: Uint8Column;
  readonly #history: ValueSource;
  readonly #table: Int32Column;

  constructor(history: ValueSource) {
    this.#history = history;
    this.ids = new Int32Column(history.length).fill(NONE);
    this.holdsProgress = new Uint8Column(history.names.count);
    const firsts = new FirstEvents(history);
    for (let at = 0; at < history.length; at++) {
      const shape = history.shape.get(at);
      if (shape === NOTHING) continue;
      this.ids[at] = firsts.idOf(at);
      if ((shape & SHAPE) === PROGRESS) this.holdsProgress[history.key.get(at)] = 1;
    }
    this.firsts = firsts.events;
    this.count = firsts.count;
    this.#table = firsts.table;
    this.initial = new Int32Column(history.names.count).fill(NONE);
    this.keys = this.#keysOfValues();
    for (const key of this.keys) this.initial[key] = this.idOf(key, this.#initialValue(key));
  }

  #keysOfValues(): number[] {
    const { key, names } = this.#history;
    const isKnown = new Uint8Column(names.count);
    const keys: number[] = [];
    for (let value = 0; value < this.count; value++) {
      const name = key.get(this.firsts.get(value));
      if (isKnown[name] === 1) continue;
      isKnown[name] = 1;
      keys.push(name);
    }
    return keys;
  }

  /** The id of a value. If no event has the value: `count` for the initial value of the key, otherwise `NONE`. */
  idOf(key: number, value: Value): number {
    const row = { shape: NOTHING, generation: 0, progress: 0, status: NONE };
    fillValue(row, value, this.#history.names);
    const id = this.#find(key, row.shape & SHAPE, row.generation, row.progress);
    const isUnseenInitial = id === NONE && valueId(value) === valueId(this.#initialValue(key));
    return isUnseenInitial ? this.count : id;
  }

  #initialValue(key: number): Value {
    return initialValue(this.#history.header, this.holdsProgress[key] === 1);
  }

  #find(key: number, shape: number, generation: number, progress: number): number {
    const { key: keys, shape: shapes, generation: generations, progress: progresses } = this.#history;
    const mask = this.#table.length - 1;
    for (let slot = hashOf(key, shape, generation, progress) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#table.get(slot) - 1;
      if (id < 0) return NONE;
      const at = this.firsts.get(id);
      const isSame = keys[at] === key && (shapes.get(at) & SHAPE) === shape;
      if (isSame && generations[at] === generation && progresses[at] === progress) return id;
    }
  }
}

/** A growing hash table from values to the first event with each. */
class FirstEvents {
  events = new Int32Column(64);
  table = new Int32Column(128);
  count = 0;
  readonly #history: ValueSource;

  constructor(history: ValueSource) {
    this.#history = history;
  }

  idOf(at: number): number {
    if (this.count === this.events.length) this.#grow();
    const { key, shape, generation, progress } = this.#history;
    const k = key.get(at);
    const s = shape.get(at) & SHAPE;
    const g = generation.get(at);
    const p = progress.get(at);
    const mask = this.table.length - 1;
    for (let slot = hashOf(k, s, g, p) & mask; ; slot = (slot + 1) & mask) {
      const id = this.table.get(slot) - 1;
      if (id < 0) {
        this.table[slot] = this.count + 1;
        this.events[this.count] = at;
        return this.count++;
      }
      const first = this.events.get(id);
      const isSame = key[first] === k && (shape.get(first) & SHAPE) === s;
      if (isSame && generation[first] === g && progress[first] === p) return id;
    }
  }

  #grow(): void {
    const { key, shape, generation, progress } = this.#history;
    const events = new Int32Column(this.events.length * 2);
    events.set(this.events);
    this.events = events;
    this.table = new Int32Column(this.table.length * 2);
    const mask = this.table.length - 1;
    for (let id = 0; id < this.count; id++) {
      const at = events.get(id);
      let slot = hashOf(key.get(at), shape.get(at) & SHAPE, generation.get(at), progress.get(at)) & mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & mask;
      this.table[slot] = id + 1;
    }
  }
}

const double = new Float64Column(1);
const words = new Int32Column(double.buffer);

function hashOf(key: number, shape: number, generation: number, progress: number): number {
  // Adding 0 turns -0 into 0.
  double[0] = progress + 0;
  let hash = Math.imul(key, 0x9e3779b1) ^ Math.imul(words.get(0) ^ Math.imul(words.get(1), 0x27d4eb2f), 0x85ebca6b);
  double[0] = generation + 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ words.get(0) ^ Math.imul(words.get(1) + shape, 0x165667b1);
  return Math.imul(hash ^ (hash >>> 13), 0x297a2d39) >>> 7;
}
