import { Int32Column } from '../history/typed-columns.ts';

const NEVER = 0x7fffffff;

/**
 * Several axes in one array: which places are taken since which event, and how many from a given place on (Fenwick
 * trees).
 */
export class NewerWrites {
  readonly #offsets: Int32Column;
  readonly #counts: Int32Column;
  readonly #earliest: Int32Column;

  /** `offsets[axis]` is where the axis starts; one more item is where the last axis ends. */
  constructor(offsets: Int32Column) {
    const size = offsets.at(-1) ?? 0;
    this.#offsets = offsets;
    this.#counts = new Int32Column(size);
    this.#earliest = new Int32Column(size).fill(NEVER);
  }

  /** Takes a place of an axis, counted from 0, at an event later than all previous ones. */
  take(axis: number, place: number, event: number): void {
    const [start, end] = [this.#offsets.get(axis), this.#offsets.get(axis + 1)];
    for (let node = end - start - place; node <= end - start; node += node & -node) {
      this.#counts.add(start + node - 1, 1);
      if (this.#earliest.get(start + node - 1) > event) this.#earliest[start + node - 1] = event;
    }
  }

  /** How many places from this one on are taken, and the event that took the first of them. */
  from(axis: number, place: number): { count: number; earliest: number } {
    const [start, end] = [this.#offsets.get(axis), this.#offsets.get(axis + 1)];
    let [count, earliest] = [0, NEVER];
    for (let node = end - start - place; node > 0; node -= node & -node) {
      count += this.#counts.get(start + node - 1);
      earliest = Math.min(earliest, this.#earliest.get(start + node - 1));
    }
    return { count, earliest };
  }
}
