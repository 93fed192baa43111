import { Int32Column } from '../history/typed-columns.ts';
import type { Budget } from './budget.ts';

const hashPrime = 0x01000193;
const rowsAtFirst = 16;

/** A set of configurations, each a row of integers, in the order in which they were added. */
export class RegisterFrontier {
  /** How many integers a row has. */
  readonly stride: number;
  /** All rows, one after another. */
  rows: Int32Column;
  count = 0;
  /** By hash: the number of a row, counted from 1; 0 is free. Twice as long as there is space for rows. */
  #table: Int32Column;
  readonly #budget: Budget;

  constructor(stride: number, budget: Budget) {
    this.stride = stride;
    this.#budget = budget;
    this.rows = new Int32Column(rowsAtFirst * stride);
    this.#table = new Int32Column(rowsAtFirst * 2);
    budget.reserve(this.#size());
  }

  clear(): void {
    if (this.count > 0) this.#table.fill(0);
    this.count = 0;
  }

  /**
   * Adds the configuration if it is new.
   * @throws SearchGaveUp if there is no memory left
   */
  add(row: Int32Column): void {
    if (this.count * this.stride === this.rows.length) this.#grow();
    let at = this.#placeOf(row, 0);
    for (let other = this.#table.get(at); other !== 0; other = this.#table.get(at)) {
      if (this.#equals(row, (other - 1) * this.stride)) return;
      at = (at + 1) & (this.#table.length - 1);
    }
    this.rows.set(row, this.count * this.stride);
    this.count += 1;
    this.#table[at] = this.count;
  }

  addAll({ rows, count }: { rows: Int32Column; count: number }): void {
    for (let at = 0; at < count * this.stride; at += this.stride)
      this.add(rows.subarray(at, at + this.stride) as Int32Column);
  }

  /** Copies a configuration to `row`. */
  read(index: number, row: Int32Column): void {
    const start = index * this.stride;
    for (let at = 0; at < this.stride; at++) row[at] = this.rows.get(start + at);
  }

  /** Keeps only these configurations. */
  keep(indices: readonly number[]): void {
    const rows = new Int32Column(indices.length * this.stride);
    for (const [at, index] of indices.entries()) {
      rows.set(this.rows.subarray(index * this.stride, (index + 1) * this.stride), at * this.stride);
    }
    this.clear();
    this.addAll({ rows, count: indices.length });
  }

  /** A copy of all rows. */
  snapshot(): { rows: Int32Column; count: number } {
    return { rows: this.rows.slice(0, this.count * this.stride) as Int32Column, count: this.count };
  }

  /** Returns the memory to the budget. */
  release(): void {
    this.#budget.reserve(-this.#size());
  }

  #size(): number {
    return this.rows.byteLength + this.#table.byteLength;
  }

  #equals(row: Int32Column, start: number): boolean {
    for (let at = 0; at < this.stride; at++) if (row[at] !== this.rows[start + at]) return false;
    return true;
  }

  #placeOf(rows: Int32Column, start: number): number {
    let hash = 0;
    for (let at = start; at < start + this.stride; at++) {
      hash = Math.imul(hash ^ rows.get(at), hashPrime);
      hash ^= hash >>> 15;
    }
    return hash & (this.#table.length - 1);
  }

  #grow(): void {
    this.#budget.reserve(this.#size());
    const { rows } = this;
    this.rows = new Int32Column(rows.length * 2);
    this.rows.set(rows);
    this.#table = new Int32Column(this.#table.length * 2);
    for (let index = 0; index < this.count; index++) {
      let at = this.#placeOf(this.rows, index * this.stride);
      while (this.#table[at] !== 0) at = (at + 1) & (this.#table.length - 1);
      this.#table[at] = index + 1;
    }
  }
}
