import { Int32Column } from '../history/typed-columns.ts';
import type { RegisterFlight } from './register-flight.ts';
import { UNOBSERVED } from './register-schedule.ts';
import type { RegisterSchedule } from './register-schedule.ts';

/**
 * A configuration is a row: the value of the register, one bit for each operation in flight that is done, and one bit
 * for each write in flight that is fresh.
 *
 * A write is done when it was used: an operation may have observed its value. It is fresh while it must still take
 * effect visibly. Otherwise it is free: it may have taken effect directly before another write, which hides it, or it may
 * still be used, and the search need not decide which. A write that begins is fresh; every write in flight becomes free
 * when another is used, or when the register has its value. One that may never take effect is free from its beginning.
 */
export class RegisterRules {
  readonly words: number;
  readonly stride: number;
  /** The first event by which a change that begins later has surely taken effect. */
  overwrittenBy = Infinity;
  readonly #schedule: RegisterSchedule;
  readonly #flight: RegisterFlight;

  constructor(schedule: RegisterSchedule, flight: RegisterFlight) {
    this.#schedule = schedule;
    this.#flight = flight;
    this.words = flight.words;
    this.stride = 1 + 2 * flight.words;
  }

  isDone(row: Int32Column, operation: number): boolean {
    const bit = this.#schedule.slot.get(operation);
    return (row.get(1 + (bit >> 5)) & (1 << (bit & 31))) !== 0;
  }

  isFresh(row: Int32Column, operation: number): boolean {
    const bit = this.#schedule.slot.get(operation);
    return (row.get(1 + this.words + (bit >> 5)) & (1 << (bit & 31))) !== 0;
  }

  /** Whether an operation in flight that is not done requires this value. */
  isAwaited(row: Int32Column, value: number): boolean {
    const observers = this.#flight.observersOf(value);
    for (let word = 0; word < this.words; word++) {
      if ((observers.get(word) & ~row.get(1 + word)) !== 0) return true;
    }
    return false;
  }

  /** Whether any operation may still observe this value if the register has it now. */
  isObservable(row: Int32Column, value: number): boolean {
    return this.#flight.nextObserver(value) < this.overwrittenBy || this.isAwaited(row, value);
  }

  /** The operation takes effect in `row`, observed. */
  apply(row: Int32Column, operation: number): void {
    const { value, slot } = this.#schedule;
    const bit = slot.get(operation);
    row[0] = value.get(operation);
    row[1 + (bit >> 5)] = row.get(1 + (bit >> 5)) | (1 << (bit & 31));
  }

  /** Every fresh write becomes free. */
  free(row: Int32Column): void {
    row.fill(0, 1 + this.words);
  }

  /** Clears the bits of an operation that ends. */
  leave(row: Int32Column, operation: number): void {
    const bit = this.#schedule.slot.get(operation);
    const others = ~(1 << (bit & 31));
    const word = 1 + (bit >> 5);
    row[word] = row.get(word) & others;
    row[word + this.words] = row.get(word + this.words) & others;
  }

  /**
   * Brings equivalent configurations into the same form: reads of the register's value are done, writes of it are free,
   * a value that no operation will observe is `UNOBSERVED`, and the use of a write whose value no operation will
   * observe again is forgotten.
   */
  settle(row: Int32Column): void {
    const state = row.get(0);
    this.#hold(row, state);
    if (state !== UNOBSERVED && !this.isObservable(row, state)) {
      row[0] = UNOBSERVED;
      this.#hold(row, UNOBSERVED);
    }
    this.#forgetUses(row);
  }

  #hold(row: Int32Column, state: number): void {
    const reads = this.#flight.readsOf(state);
    const writes = this.#flight.writesOf(state);
    for (let word = 0; word < this.words; word++) {
      row[1 + word] = row.get(1 + word) | reads.get(word);
      row[1 + this.words + word] = row.get(1 + this.words + word) & ~writes.get(word);
    }
  }

  #forgetUses(row: Int32Column): void {
    const { at, writes } = this.#flight;
    const { value, forgottenBy } = this.#schedule;
    for (let word = 0; word < this.words; word++) {
      for (let used = row.get(1 + word) & writes.get(word); used !== 0; used &= used - 1) {
        const operation = at.get(word * 32 + lowestBit(used));
        const own = value.get(operation);
        const isUseful = this.#flight.nextObserver(own) < forgottenBy.get(operation) || this.isAwaited(row, own);
        if (!isUseful) row[1 + word] = row.get(1 + word) & ~(used & -used);
      }
    }
  }
}

/** The position of the lowest bit that is set. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
