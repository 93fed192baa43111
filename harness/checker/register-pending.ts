import { Int32Column } from '../history/typed-columns.ts';
import { itemAt } from '../required.ts';
import type { RegisterOperation } from './register-operations.ts';

/**
 * The operations that have not taken effect: a circular list of their beginnings and ends in the order of the history,
 * from which an operation is removed and put back in constant time, the one removed last first. An operation that may
 * never take effect has no end. Of n operations, `i` stands for the beginning of the i-th, and `n + i` for its end.
 */
export class PendingOperations {
  /** How many operations that must take effect have not. */
  mandatory: number;
  readonly #count: number;
  readonly #operations: readonly RegisterOperation[];
  readonly #next: Int32Column;
  readonly #previous: Int32Column;

  /** `operations` in the order of their beginnings. */
  constructor(operations: readonly RegisterOperation[]) {
    const count = operations.length;
    const ends = Array.from(operations.keys())
      .filter((at) => itemAt(operations, at).end < Infinity)
      .sort((a, b) => itemAt(operations, a).end - itemAt(operations, b).end);
    this.mandatory = ends.length;
    this.#count = count;
    this.#operations = operations;
    this.#next = new Int32Column(2 * count + 1);
    this.#previous = new Int32Column(2 * count + 1);
    let last = 2 * count;
    const append = (entry: number): void => {
      this.#next[last] = entry;
      this.#previous[entry] = last;
      last = entry;
    };
    let begun = 0;
    for (const ending of ends) {
      const { end } = itemAt(operations, ending);
      for (; begun < count && itemAt(operations, begun).begin < end; begun++) append(begun);
      append(count + ending);
    }
    for (; begun < count; begun++) append(begun);
    append(2 * count);
  }

  get first(): number {
    return this.after(2 * this.#count);
  }

  /** The next entry; after the last, one that counts as an end. */
  after(entry: number): number {
    return this.#next.get(entry);
  }

  isEnd(entry: number): boolean {
    return entry >= this.#count;
  }

  remove(operation: number): void {
    this.#unlink(operation);
    if (!this.#hasEnd(operation)) return;
    this.#unlink(this.#count + operation);
    this.mandatory -= 1;
  }

  restore(operation: number): void {
    if (this.#hasEnd(operation)) {
      this.#link(this.#count + operation);
      this.mandatory += 1;
    }
    this.#link(operation);
  }

  #hasEnd(operation: number): boolean {
    return itemAt(this.#operations, operation).end < Infinity;
  }

  #unlink(entry: number): void {
    const [before, after] = [this.#previous.get(entry), this.#next.get(entry)];
    this.#next[before] = after;
    this.#previous[after] = before;
  }

  #link(entry: number): void {
    this.#next[this.#previous.get(entry)] = entry;
    this.#previous[this.#next.get(entry)] = entry;
  }
}
