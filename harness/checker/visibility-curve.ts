import { Uint32Column } from '../history/typed-columns.ts';

/** One stretch of the curve: reads that began so long after the newest completed write. */
interface Point {
  fromMs: number;
  /** Exclusive; missing for the last stretch. */
  toMs?: number;
  reads: number;
  /** The share of them that saw the write. */
  probability: number;
}

/** Where stretches begin: 0, 1, 2, 5, 10, … ms up to about a quarter of an hour. */
const starts = [0, ...Array.from({ length: 6 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat(), 1e6];

export class VisibilityCurve {
  readonly #reads = new Uint32Column(starts.length);
  readonly #seen = new Uint32Column(starts.length);

  add(ageMs: number, isSeen: boolean): void {
    let stretch = 0;
    while (ageMs >= (starts[stretch + 1] ?? Infinity)) stretch += 1;
    this.#reads.add(stretch, 1);
    if (isSeen) this.#seen.add(stretch, 1);
  }

  /** Stretches without reads are left out. */
  points(): Point[] {
    return starts.flatMap((fromMs, stretch) => {
      const reads = this.#reads.get(stretch);
      const toMs = starts[stretch + 1];
      if (reads === 0) return [];
      return [{ fromMs, ...(toMs === undefined ? {} : { toMs }), reads, probability: this.#seen.get(stretch) / reads }];
    });
  }
}
