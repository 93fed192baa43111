import { Uint32Column } from '../history/typed-columns.ts';

/** One interval of the curve: reads that began this long after the newest completed write. */
interface Point {
  fromMs: number;
  /** Exclusive; missing for the last interval. */
  toMs?: number;
  reads: number;
  /** The share of these reads that saw the write. */
  probability: number;
}

/** Where intervals begin: 0, 1, 2, 5, 10, … ms up to about a quarter of an hour. */
const starts = [0, ...Array.from({ length: 6 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat(), 1e6];

export class VisibilityCurve {
  readonly #reads = new Uint32Column(starts.length);
  readonly #seen = new Uint32Column(starts.length);

  add(ageMs: number, isSeen: boolean): void {
    let interval = 0;
    while (ageMs >= (starts[interval + 1] ?? Infinity)) interval += 1;
    this.#reads.add(interval, 1);
    if (isSeen) this.#seen.add(interval, 1);
  }

  addAll(other: VisibilityCurve): void {
    for (let interval = 0; interval < starts.length; interval += 1) {
      this.#reads.add(interval, other.#reads.get(interval));
      this.#seen.add(interval, other.#seen.get(interval));
    }
  }

  /** Omits intervals without reads. */
  points(): Point[] {
    return starts.flatMap((fromMs, interval) => {
      const reads = this.#reads.get(interval);
      const toMs = starts[interval + 1];
      if (reads === 0) return [];
      return [
        { fromMs, ...(toMs === undefined ? {} : { toMs }), reads, probability: this.#seen.get(interval) / reads },
      ];
    });
  }
}
