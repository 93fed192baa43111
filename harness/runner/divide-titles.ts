/** Divides runs between shards: by their recorded durations, or by their number. */
import type { RunTitle } from '../port/reporter.ts';
import type { Shard } from '../port/shard.ts';

/** How long a run took before, in milliseconds; `undefined` if it is not known. */
export type DurationOf = (title: RunTitle) => number | undefined;

/**
 * Assigns the longest run first, each to the shard with the least to do. It can divide several lists one after the other.
 * The same lists and durations are divided in the same way on every machine.
 */
export class ShardDivider {
  readonly #shard: Shard;
  readonly #durationOf: DurationOf;
  readonly #loads: number[];

  constructor(shard: Shard, durationOf: DurationOf) {
    this.#shard = shard;
    this.#durationOf = durationOf;
    this.#loads = Array.from({ length: shard.of }, () => 0);
  }

  get shard(): Shard {
    return this.#shard;
  }

  /** @returns the positions of what this shard runs, in order */
  divide(titles: readonly RunTitle[]): number[] {
    const known = titles.map(this.#durationOf);
    const usual = medianOf(known.filter((duration) => duration !== undefined));
    const durations = known.map((duration) => duration ?? usual);
    const longestFirst = [...durations.entries()].toSorted(([a, left], [b, right]) => right - left || a - b);
    const mine: number[] = [];
    for (const [at, duration] of longestFirst) {
      const lightest = this.#loads.indexOf(Math.min(...this.#loads));
      this.#loads[lightest] = (this.#loads[lightest] ?? 0) + duration;
      if (lightest === this.#shard.number - 1) mine.push(at);
    }
    return mine.toSorted((a, b) => a - b);
  }
}

/** Of runs whose duration is not known; any number is as good if none is. */
function medianOf(durations: readonly number[]): number {
  const sorted = durations.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 1;
}
