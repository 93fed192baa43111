const NEVER = 0x7fffffff;

/** Of many axes laid end to end: which places are taken since when, and how many beyond a given one (Fenwick trees). */
export class NewerWrites {
  readonly #offsets: Int32Array;
  readonly #counts: Int32Array;
  readonly #earliest: Int32Array;

  /** `offsets[axis]` is where it starts; one more item tells where the last one ends. */
  constructor(offsets: Int32Array) {
    const size = offsets.at(-1) ?? 0;
    this.#offsets = offsets;
    this.#counts = new Int32Array(size);
    this.#earliest = new Int32Array(size).fill(NEVER);
  }

  /** Takes a place of an axis, counted from 0, at an event later than all before. */
  take(axis: number, place: number, event: number): void {
    const [start, end] = [this.#offsets[axis]!, this.#offsets[axis + 1]!];
    for (let node = end - start - place; node <= end - start; node += node & -node) {
      this.#counts[start + node - 1]! += 1;
      if (this.#earliest[start + node - 1]! > event) this.#earliest[start + node - 1] = event;
    }
  }

  /** How many places from this one on are taken, and the event that took the first of them. */
  from(axis: number, place: number): { count: number; earliest: number } {
    const [start, end] = [this.#offsets[axis]!, this.#offsets[axis + 1]!];
    let [count, earliest] = [0, NEVER];
    for (let node = end - start - place; node > 0; node -= node & -node) {
      count += this.#counts[start + node - 1]!;
      earliest = Math.min(earliest, this.#earliest[start + node - 1]!);
    }
    return { count, earliest };
  }
}
