import { Int32Column, Uint32Column } from '../history/typed-columns.ts';
import { itemAt } from '../required.ts';
import { ANY_BEGINNING, CAS, READ, WRITE } from './register-schedule.ts';
import type { RegisterSchedule } from './register-schedule.ts';

/** The operations in flight at one step, as sets of slots: words of 32 bits each. */
export class RegisterFlight {
  readonly words: number;
  /** The operation in each slot. */
  readonly at: Int32Column;
  readonly reads: Int32Column;
  readonly writes: Int32Column;
  readonly swaps: Int32Column;
  readonly optionalSwaps: Int32Column;
  /** By value, in the order of their ends: the writes in flight. Values in order of appearance. */
  readonly writers = new Map<number, number[]>();
  /** By expected value, in the order of their ends: each `cas` in flight. */
  readonly swappers = new Map<number, number[]>();
  readonly #schedule: RegisterSchedule;
  readonly #none: Int32Column;
  readonly #readsOf = new Map<number, Int32Column>();
  readonly #writesOf = new Map<number, Int32Column>();
  readonly #observersOf = new Map<number, Int32Column>();
  /** By value: how many of its observers have begun. */
  readonly #begun: Uint32Column;

  constructor(schedule: RegisterSchedule) {
    this.#schedule = schedule;
    this.words = Math.ceil(Math.max(schedule.slotCount, 1) / 32);
    this.at = new Int32Column(this.words * 32);
    this.#none = new Int32Column(this.words);
    this.reads = new Int32Column(this.words);
    this.writes = new Int32Column(this.words);
    this.swaps = new Int32Column(this.words);
    this.optionalSwaps = new Int32Column(this.words);
    this.#begun = new Uint32Column(schedule.valueCount);
  }

  clear(): void {
    for (const words of [this.reads, this.writes, this.swaps, this.optionalSwaps, this.#begun]) words.fill(0);
    for (const map of [this.writers, this.swappers, this.#readsOf, this.#writesOf, this.#observersOf]) map.clear();
  }

  begin(operation: number): void {
    const { kind, value, from, slot, isBeginning } = this.#schedule;
    this.at[slot.get(operation)] = operation;
    this.#flip(operation);
    if (kind[operation] === WRITE) this.#insert(this.writers, value.get(operation), operation);
    if (kind[operation] === CAS) this.#insert(this.swappers, from.get(operation), operation);
    if (kind[operation] === READ) this.#begun.add(value.get(operation), 1);
    if (kind[operation] === READ && isBeginning[value.get(operation)] === 1) this.#begun.add(ANY_BEGINNING, 1);
    if (kind[operation] === CAS) this.#begun.add(from.get(operation), 1);
  }

  end(operation: number): void {
    const { kind, value, from } = this.#schedule;
    this.#flip(operation);
    if (kind[operation] === WRITE) remove(this.writers, value.get(operation), operation);
    if (kind[operation] === CAS) remove(this.swappers, from.get(operation), operation);
  }

  /** The reads in flight that return this value. */
  readsOf(value: number): Int32Column {
    return this.#readsOf.get(value) ?? this.#none;
  }

  writesOf(value: number): Int32Column {
    return this.#writesOf.get(value) ?? this.#none;
  }

  /** The operations in flight that require this value. */
  observersOf(value: number): Int32Column {
    return this.#observersOf.get(value) ?? this.#none;
  }

  /** When the next operation that observes this value begins. */
  nextObserver(value: number): number {
    return itemAt(this.#schedule.observerBegins, value)[this.#begun.get(value)] ?? Infinity;
  }

  #flip(operation: number): void {
    const { kind, value, from, slot, isOptional, isBeginning } = this.#schedule;
    const bit = slot.get(operation);
    const own = value.get(operation);
    if (kind[operation] === WRITE) {
      flip(this.writes, bit);
      flipIn(this.#writesOf, own, bit, this.words);
    } else if (kind[operation] === READ) {
      flip(this.reads, bit);
      flipIn(this.#readsOf, own, bit, this.words);
      flipIn(this.#observersOf, own, bit, this.words);
      if (isBeginning[own] === 1) flipIn(this.#observersOf, ANY_BEGINNING, bit, this.words);
    } else {
      flip(isOptional[operation] === 1 ? this.optionalSwaps : this.swaps, bit);
      flipIn(this.#observersOf, from.get(operation), bit, this.words);
    }
  }

  #insert(lists: Map<number, number[]>, value: number, operation: number): void {
    const { end: ends } = this.#schedule;
    const list = lists.get(value);
    if (list === undefined) {
      lists.set(value, [operation]);
      return;
    }
    const end = ends.get(operation);
    let place = list.length;
    while (place > 0 && ends.get(itemAt(list, place - 1)) > end) place--;
    list.splice(place, 0, operation);
  }
}

function remove(lists: Map<number, number[]>, value: number, operation: number): void {
  const list = lists.get(value) ?? [];
  list.splice(list.indexOf(operation), 1);
  if (list.length === 0) lists.delete(value);
}

function flip(words: Int32Column, bit: number): void {
  words[bit >> 5] = words.get(bit >> 5) ^ (1 << (bit & 31));
}

function flipIn(sets: Map<number, Int32Column>, value: number, bit: number, words: number): void {
  const set = sets.get(value) ?? new Int32Column(words);
  sets.set(value, set);
  flip(set, bit);
}
