/** Tries all plans with at most one or two deviations from a base, with several workers. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Plan } from '../../plan/plan.ts';
import { firstOf } from '../../required.ts';
import { interruptionOf } from '../interruption.ts';
import { applyChange, idOf } from './choice.ts';
import { unitsOf, type BaseFacts, type FailedPlan, type TriedFirst, type TriedUnit, type Unit } from './enumerator.ts';
import type { SavedBatches } from './saved-batches.ts';
import type { Shard } from '../../port/shard.ts';
import { isInShard, Tally, type Alphabet, type Counts } from './tally.ts';
import { tryInOrder } from './try-in-order.ts';

/** A worker of an exhaustive search, in this thread or in another. */
export interface ExhaustiveWorker {
  facts(): Promise<BaseFacts>;
  first(from: number, to: number, withSeconds: boolean): Promise<TriedFirst[]>;
  second(units: readonly Unit[]): Promise<TriedUnit[]>;
}

export type DeviationsMax = 1 | 2;

export interface ExhaustOptions {
  workers: readonly ExhaustiveWorker[];
  base: Plan;
  deviationsMax: DeviationsMax;
  shard: Shard;
  /** The batches of second deviations that an earlier search has tried, and where to save those of this one. */
  saved: SavedBatches;
  clock: Clock;
  /** Called with the run of the base; throws to refuse it. */
  onBase(base: BaseFacts): void;
  /** Called with the number of plans of the shard, estimated from a sample, before they are tried; rejects to refuse. */
  onEstimate(plans: number): Promise<void>;
  onProgress(progress: ExhaustProgress): void;
  signal: AbortSignal;
}

export interface ExhaustProgress {
  tried: number;
  /** Of the shard; `undefined` until they are counted. */
  plans: number | undefined;
  /** Without those of a search that it continues; `undefined` before any was tried. */
  plansPerSecond: number | undefined;
  leftMs: number | undefined;
}

export interface Exhausted extends Counts {
  deviationsMax: DeviationsMax;
  shard: Shard;
  /** Of the shard; the first has the base itself. `undefined` if the search ended before they were counted. */
  plans: number | undefined;
  /** Of all shards. */
  plansOfAll: number | undefined;
  /** The plans with one deviation, of all shards. */
  alphabet: Alphabet;
  leftOut: readonly string[];
  found: FailedPlan | undefined;
  elapsedMs: number;
  isInterrupted: boolean;
}

/** Families of first deviations that a worker tries at a time. */
const FAMILIES = 4;
/** Plans with two deviations that a worker tries at a time, at least. */
const BATCH_PLANS = 200;
/** Families from which the number of plans is estimated. */
const SAMPLES = 24;

/**
 * The result is the violation of the plan that is first in order, so it does not depend on the number of workers. Plans
 * that could not be judged are counted; the first of them is the result if none is violated.
 */
export async function exhaust(options: ExhaustOptions): Promise<Exhausted> {
  const search = new Exhaustion(options);
  const interruption = interruptionOf(options.signal);
  try {
    await Promise.race([search.run(), interruption.promise]);
    return search.result();
  } finally {
    interruption.stop();
  }
}

class Exhaustion {
  readonly #options: ExhaustOptions;
  readonly #began: number;
  readonly #tally = new Tally();
  readonly #firsts: TriedFirst[] = [];
  #leftOut: readonly string[] = [];
  #plans: number | undefined;
  #plansOfAll: number | undefined;
  #violated: FailedPlan | undefined;
  #broken: FailedPlan | undefined;

  constructor(options: ExhaustOptions) {
    this.#options = options;
    this.#began = options.clock.now();
  }

  async run(): Promise<void> {
    const { workers, base, deviationsMax, shard, onBase, onEstimate } = this.#options;
    const facts = await firstOf(workers).facts();
    this.#leftOut = facts.leftOut;
    onBase(facts);
    if (facts.failing !== undefined) this.#note({ plan: base, failing: facts.failing });
    if (isInShard(0, shard)) this.#tally.addOne(facts);
    if (facts.failing !== undefined) return;
    if (deviationsMax === 2) await onEstimate((await this.#estimate(facts.families)) / shard.of);
    await this.#tryFirsts(facts.families);
    if (this.#violated === undefined) await this.#count(facts.families);
  }

  result(): Exhausted {
    const { deviationsMax, shard, signal } = this.#options;
    const alphabet: Alphabet = {};
    for (const { choice } of this.#firsts) alphabet[choice.kind] = (alphabet[choice.kind] ?? 0) + 1;
    return {
      ...this.#tally.counts(),
      deviationsMax,
      shard,
      plans: this.#plans,
      plansOfAll: this.#plansOfAll,
      alphabet,
      leftOut: this.#leftOut,
      found: this.#violated ?? this.#broken,
      elapsedMs: this.#elapsedMs(),
      isInterrupted: signal.aborted,
    };
  }

  #elapsedMs(): number {
    return (this.#options.clock.now() - this.#began) / 1e6;
  }

  #note(failed: FailedPlan): void {
    if (failed.failing.kind === 'violation') this.#violated ??= failed;
    else this.#broken ??= failed;
  }

  async #estimate(families: number): Promise<number> {
    const samples = Math.min(SAMPLES, families);
    let plans = 0;
    const which = Array.from({ length: samples }, (_, at) => Math.floor((at * families) / samples));
    await tryInOrder(
      which,
      this.#options,
      (worker, at) => worker.first(at, at + 1, true),
      (firsts) => {
        plans += firsts.reduce((sum, first) => sum + 1 + secondsOf(first), 0);
        return false;
      },
    );
    return samples === 0 ? 0 : (plans * families) / samples;
  }

  /** A second deviation is found by the run of the first, so every shard tries all first ones. */
  async #tryFirsts(families: number): Promise<void> {
    const { base, deviationsMax, shard } = this.#options;
    const starts = Array.from({ length: Math.ceil(families / FAMILIES) }, (_, at) => at * FAMILIES);
    const isNeeded = (from: number): boolean => deviationsMax === 2 || isInShard(from / FAMILIES, shard);
    await tryInOrder(
      starts.filter(isNeeded),
      this.#options,
      (worker, from) => worker.first(from, from + FAMILIES, deviationsMax === 2),
      (firsts, from) => {
        for (const first of firsts) {
          this.#firsts.push(first);
          if (isInShard(from / FAMILIES, shard)) this.#tally.addOne(first);
          if (first.failing !== undefined) {
            this.#note({ plan: applyChange(base, first.choice.change), failing: first.failing });
          }
          if (this.#violated !== undefined) return true;
        }
        this.#report(undefined, undefined);
        return false;
      },
    );
  }

  /** Tries the second deviations, if they are wanted. */
  async #count(families: number): Promise<void> {
    const { deviationsMax, shard, signal } = this.#options;
    if (signal.aborted) return;
    if (deviationsMax === 1) {
      this.#plans = this.#tally.tried;
      if (shard.of === 1) this.#plansOfAll = this.#plans;
      return;
    }
    const units = unitsOf(this.#firsts);
    this.#plansOfAll = 1 + this.#firsts.length + sumOf(units);
    const own = units.filter((_, at) => isInShard(at, shard));
    this.#plans = this.#tally.tried + sumOf(own);
    const saved = await this.#options.saved.open(this.#fingerprint(families));
    await this.#trySeconds(batchesOf(own), saved);
    if (!signal.aborted) await this.#options.saved.remove();
  }

  async #trySeconds(batches: readonly Unit[][], saved: ReadonlyMap<number, TriedUnit[]>): Promise<void> {
    const began = this.#elapsedMs();
    const before = this.#tally.tried;
    const numbered = batches.map((units, number) => ({ units, number }));
    const attempt = async (
      worker: ExhaustiveWorker,
      { units, number }: (typeof numbered)[number],
    ): Promise<TriedUnit[]> => {
      const known = saved.get(number);
      if (known !== undefined) return known;
      const tried = await worker.second(units);
      await this.#options.saved.add(number, tried);
      return tried;
    };
    await tryInOrder(numbered, this.#options, attempt, (tried) => {
      for (const unit of tried) {
        this.#tally.addMany(unit);
        if (unit.firstBroken !== undefined) this.#note(unit.firstBroken);
        if (unit.violated !== undefined) this.#note(unit.violated);
        if (this.#violated !== undefined) return true;
      }
      this.#report(began, before);
      return false;
    });
  }

  #report(began: number | undefined, before: number | undefined): void {
    const { tried } = this.#tally;
    const plans = this.#plans;
    const isMeasured = plans !== undefined && began !== undefined && before !== undefined && tried > before;
    const leftMs = isMeasured ? ((plans - tried) * (this.#elapsedMs() - began)) / (tried - before) : undefined;
    const spentMs = this.#elapsedMs() - (began ?? 0);
    const done = tried - (before ?? 0);
    const plansPerSecond = done > 0 && spentMs > 0 ? (done / spentMs) * 1_000 : undefined;
    this.#options.onProgress({ tried, plans, plansPerSecond, leftMs });
  }

  /** Differs if the application behaves differently under any plan with one deviation. */
  #fingerprint(families: number): string {
    const { base, deviationsMax, shard } = this.#options;
    const hash = createHash('sha256').update(JSON.stringify([base, deviationsMax, shard, families]));
    for (const { choice, trace, seconds } of this.#firsts) hash.update(JSON.stringify([idOf(choice), trace, seconds]));
    return hash.digest('hex').slice(0, 32);
  }
}

function secondsOf({ seconds }: TriedFirst): number {
  return Object.values(seconds).reduce((sum, count) => sum + count, 0);
}

function sumOf(units: readonly { plans: number }[]): number {
  return units.reduce((sum, { plans }) => sum + plans, 0);
}

/** Consecutive units, so that a batch is worth a message to another thread. */
function batchesOf(units: readonly (Unit & { plans: number })[]): Unit[][] {
  const batches: Unit[][] = [];
  let plans = Infinity;
  for (const { first, kind, plans: more } of units) {
    if (plans >= BATCH_PLANS) {
      batches.push([]);
      plans = 0;
    }
    batches.at(-1)?.push({ first, kind });
    plans += more;
  }
  return batches;
}
