/**
 * Searches a range of plans with fast-check, chunk by chunk. Each chunk draws its plans from its own seed, so its result
 * does not depend on the worker or on the order of the chunks.
 */
import fc, { type Arbitrary, type RunDetails } from 'fast-check';
import { planOfVariation, type Variation } from '../plan/arbitraries.ts';
import { kindOf, type DeviationKind } from '../plan/deviations.ts';
import type { Plan } from '../plan/plan.ts';
import { findMismatch } from './determinism.ts';
import { failureOf, tryPlan, untestedReason, type Failing, type Simulate } from './trial.ts';

export const CHUNK_RUNS = 50;

/** How often each kind of deviation was tried. */
export type Coverage = Partial<Record<DeviationKind, number>>;

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
}

export interface ChunkResult {
  chunk: number;
  runs: number;
  coverage: Coverage;
  /** How many of the plans tested nothing, and why the first of them did not. */
  untested: number;
  untestedReason?: string;
  find?: Find;
}

/** A plan that fails, and the path by which fast-check finds it again. */
export interface Find {
  chunk: number;
  path: string;
  plan: Plan;
  failing: Failing;
}

/** Tries up to `runs` plans of a chunk, until one of them fails. */
export function searchChunk(options: SearchOptions, chunk: number, runs: number): ChunkResult {
  const coverage: Coverage = {};
  let tried = 0;
  let untested = 0;
  let why: string | undefined;
  let failing: Find['failing'] | undefined;
  const details = check(options, chunk, { numRuns: runs, endOnFailure: true }, (variation) => {
    if (options.isOverdue?.() === true) return true;
    tried += 1;
    for (const kind of new Set(variation.deviations.map(kindOf))) coverage[kind] = (coverage[kind] ?? 0) + 1;
    const examined = examine(toPlan(options, variation), options);
    failing = examined.failing;
    if (examined.untestedReason !== undefined) untested += 1;
    why ??= examined.untestedReason;
    return failing === undefined;
  });
  const reason = why === undefined ? {} : { untestedReason: why };
  const result = { chunk, runs: tried, coverage, untested, ...reason };
  const [variation] = details.counterexample ?? [];
  const { counterexamplePath: path } = details;
  if (variation === undefined || failing === undefined || path === null) return result;
  const plan = toPlan(options, variation);
  return { ...result, find: { chunk, path, plan, failing } };
}

/**
 * The smallest plan to which fast-check shrinks a find.
 * @param fails whether a plan fails in the same way
 */
export function shrinkFind(
  options: SearchOptions,
  find: Find,
  fails: (plan: Plan) => boolean,
  runsMax: number,
): { plan: Plan; runs: number } {
  let smallest = find.plan;
  let runs = 0;
  check(options, find.chunk, { path: find.path, numRuns: 1, endOnFailure: false }, (variation) => {
    const plan = toPlan(options, variation);
    // At the end of the runs or the time every plan counts as passing, so that fast-check ends with its result so far.
    if (runs >= runsMax || options.isOverdue?.() === true) return true;
    runs += 1;
    if (!fails(plan)) return true;
    smallest = plan;
    return false;
  });
  return { plan: smallest, runs };
}

interface Examined {
  failing: Failing | undefined;
  untestedReason?: string | undefined;
}

function examine(plan: Plan, options: SearchOptions): Examined {
  if (!options.checkDeterminism) {
    const trial = tryPlan(plan, options.simulate);
    return { failing: failureOf(trial), untestedReason: untestedReason(trial) };
  }
  const [first, second] = [options.simulate(plan), options.simulate(plan)];
  const mismatch = findMismatch(first, second);
  return { failing: mismatch === undefined ? undefined : { kind: 'mismatch', what: mismatch.sentence } };
}

function toPlan({ properties }: SearchOptions, variation: Variation): Plan {
  const plan = planOfVariation(variation);
  return properties === undefined ? plan : { ...plan, properties: [...properties] };
}

function check(
  { variations, seed }: SearchOptions,
  chunk: number,
  parameters: { numRuns: number; endOnFailure: boolean; path?: string },
  holds: (variation: Variation) => boolean,
): RunDetails<[Variation]> {
  let thrown: { error: unknown } | undefined;
  const property = fc.property(variations, (variation) => {
    try {
      return holds(variation);
    } catch (error) {
      thrown = { error };
      throw error;
    }
  });
  const details = fc.check(property, { ...parameters, seed: seedOf(seed, chunk), verbose: 0 }) as RunDetails<
    [Variation]
  >;
  if (thrown !== undefined) throw thrown.error;
  return details;
}

/** A 32-bit seed for each chunk: the finaliser of MurmurHash3 over both. */
function seedOf(seed: number, chunk: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(chunk + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
