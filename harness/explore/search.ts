/**
 * Searches a range of plans with fast-check, chunk by chunk. Each chunk draws its plans from its own seed, so its result
 * does not depend on the worker or on the order of the chunks.
 */
import fc, { type Arbitrary } from 'fast-check';
import { planOfVariation, type Variation } from '../plan/arbitraries.ts';
import { kindOf } from '../plan/deviations.ts';
import type { Plan } from '../plan/plan.ts';
import { pairsOf, type Coverage, type Pair } from './coverage.ts';
import { findMismatch } from './determinism.ts';
import { failureOf, isBlocked, tryPlan, untestedReason, type Failing, type Simulate } from './trial.ts';

export const CHUNK_RUNS = 50;

export interface SearchOptions {
  variations: Arbitrary<Variation>;
  seed: number;
  simulate: Simulate;
  /** The properties to judge instead of those of the plans. */
  properties?: readonly string[];
  /** Runs every plan twice, and checks only whether both runs are the same. */
  checkDeterminism?: boolean;
  /** Whether the search has used up its time: no further plan is tried. */
  isOverdue?(): boolean;
  /** Whether a plan that fails counts. Default: each does. */
  isEvidence?: ((plan: Plan) => boolean) | undefined;
}

export interface ChunkResult {
  chunk: number;
  runs: number;
  coverage: Coverage;
  /** The kinds of deviations with the phases in which they applied. */
  pairs: readonly Pair[];
  /** How many of the plans tested nothing, and why the first of them did not. */
  untested: number;
  untestedReason?: string;
  /** What the application does wrong in a plan that can be judged nevertheless. */
  warning?: string;
  /** The violation that ended the chunk; without one, the first plan whose run broke. */
  find?: Find;
}

/** A plan that fails. */
export interface Find {
  chunk: number;
  plan: Plan;
  failing: Failing;
}

/** Tries up to `runs` plans of a chunk, until one of them violates a property. A run that breaks ends the search of no other plan. */
export function searchChunk(options: SearchOptions, chunk: number, runs: number): ChunkResult {
  const pairs = new Set<Pair>();
  const coverage: Coverage = {};
  const result: Omit<ChunkResult, 'pairs'> = { chunk, runs: 0, coverage, untested: 0 };
  check(options, chunk, runs, (drawn) => {
    if (options.isOverdue?.() === true) return true;
    const variation = newest(drawn, pairs);
    result.runs += 1;
    for (const kind of new Set(variation.deviations.map(kindOf))) coverage[kind] = (coverage[kind] ?? 0) + 1;
    const plan = toPlan(options, variation);
    const { failing, untestedReason: reason, warning } = examine(plan, options);
    if (reason !== undefined) {
      result.untested += 1;
      result.untestedReason ??= reason;
    }
    if (warning !== undefined) result.warning ??= warning;
    if (failing === undefined || options.isEvidence?.(plan) === false) return true;
    const isLast = failing.kind !== 'broken' || isBlocked(failing);
    if (isLast) result.find = { chunk, plan, failing };
    else result.find ??= { chunk, plan, failing };
    return !isLast;
  });
  return { ...result, pairs: [...pairs] };
}

/**
 * Of several variations, the one of whose deviations most are in pairs that the chunk has not tried yet; they count as tried
 * then. Small variations run faster, so the share counts.
 */
function newest(drawn: readonly Variation[], tried: Set<Pair>): Variation {
  const novel = drawn.map((variation) => {
    const own = pairsOf(variation.base, variation.deviations);
    const untried = new Set(own.filter((pair) => !tried.has(pair)));
    return { variation, own, share: untried.size / (1 + own.length) };
  });
  const best = novel.reduce((most, each) => (each.share > most.share ? each : most));
  for (const pair of best.own) tried.add(pair);
  return best.variation;
}

/** How many variations are drawn for each plan: drawing takes much less time than running. */
const DRAWN = 2;

interface Examined {
  failing: Failing | undefined;
  untestedReason?: string | undefined;
  warning?: string | undefined;
}

function examine(plan: Plan, options: SearchOptions): Examined {
  if (!options.checkDeterminism) {
    const trial = tryPlan(plan, options.simulate);
    return { failing: failureOf(trial), untestedReason: untestedReason(trial), warning: trial.outcome.warning };
  }
  const [first, second] = [options.simulate(plan), options.simulate(plan)];
  const mismatch = findMismatch(first, second);
  return { failing: mismatch === undefined ? undefined : { kind: 'mismatch', what: mismatch.sentence } };
}

function toPlan({ properties }: SearchOptions, variation: Variation): Plan {
  const plan = planOfVariation(variation);
  return properties === undefined ? plan : { ...plan, properties: [...properties] };
}

/** Draws the plans of a chunk, until `holds` is false for one. */
function check(
  { variations, seed }: SearchOptions,
  chunk: number,
  numRuns: number,
  holds: (drawn: readonly Variation[]) => boolean,
): void {
  let thrown: { error: unknown } | undefined;
  const several = fc.array(variations, { minLength: DRAWN, maxLength: DRAWN, size: 'max' });
  const property = fc.property(several, (drawn) => {
    try {
      return holds(drawn);
    } catch (error) {
      thrown = { error };
      throw error;
    }
  });
  fc.check(property, { numRuns, endOnFailure: true, seed: seedOf(seed, chunk), verbose: 0 });
  if (thrown !== undefined) throw thrown.error;
}

/** A 32-bit seed for each chunk: the finaliser of MurmurHash3 over both. */
function seedOf(seed: number, chunk: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(chunk + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
