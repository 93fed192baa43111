/** Sums what was tried: in any order, with the same result. */
import type { Shard } from '../../port/shard.ts';
import type { ChoiceKind } from './choice.ts';
import type { Tried, TriedUnit } from './enumerator.ts';

export interface Counts {
  /** Plans that were tried. */
  tried: number;
  /** Different runs, regardless of when things happened. */
  distinctTraces: number;
  /** How many of the plans wrote no row, e.g. because the start of the only generation was lost. */
  idle: number;
  untested: number;
  untestedReason?: string;
  /** Plans that could not be judged. */
  broken: number;
}

/** A set of numbers without the limit of `Set`, which is 2²⁴. */
class LargeSet {
  readonly #parts = Array.from({ length: 64 }, () => new Set<number>());

  add(value: number): void {
    this.#parts[value % this.#parts.length]?.add(value);
  }

  get size(): number {
    return this.#parts.reduce((sum, { size }) => sum + size, 0);
  }
}

export class Tally {
  readonly #traces = new LargeSet();
  #tried = 0;
  #idle = 0;
  #untested = 0;
  #untestedReason: string | undefined;
  #broken = 0;

  /** A plan with one deviation, or none. */
  addOne({ failing, untestedReason, isIdle, trace }: Tried): void {
    this.addMany({
      runs: 1,
      traces: [trace],
      idle: isIdle === true ? 1 : 0,
      untested: untestedReason === undefined ? 0 : 1,
      broken: failing?.kind === 'broken' ? 1 : 0,
      ...(untestedReason === undefined ? {} : { untestedReason }),
    });
  }

  addMany({ runs, traces, idle, untested, untestedReason, broken }: TriedUnit): void {
    for (const trace of traces) this.#traces.add(trace);
    this.#tried += runs;
    this.#idle += idle;
    this.#untested += untested;
    this.#untestedReason ??= untestedReason;
    this.#broken += broken;
  }

  get tried(): number {
    return this.#tried;
  }

  counts(): Counts {
    const reason = this.#untestedReason;
    return {
      tried: this.#tried,
      distinctTraces: this.#traces.size,
      idle: this.#idle,
      untested: this.#untested,
      broken: this.#broken,
      ...(reason === undefined ? {} : { untestedReason: reason }),
    };
  }
}

/** How many plans there are, by the kinds of their deviations. */
export type Alphabet = Partial<Record<ChoiceKind, number>>;

/** Whether the item at a position belongs to the shard. */
export function isInShard(position: number, { number, of }: Shard): boolean {
  return position % of === number - 1;
}
