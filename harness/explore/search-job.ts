/** The job of a search in a form that can be sent to a worker thread, and the searcher that it creates. */
import { openCatalogue } from '../runner/catalogue.ts';
import { minimise } from './minimise.ts';
import { searchChunk, shrinkFind, type ChunkResult, type Find, type SearchOptions } from './search.ts';
import { simulationOf } from './simulation.ts';
import { loadSpace } from './space.ts';
import { failsSteadily, steadiness, type Simulate } from './trial.ts';
import type { Plan } from '../plan/plan.ts';
import { simulateBatch } from '../simulation/simulate.ts';

export interface SearchJob {
  /** The folder in which the catalogue is opened. */
  folder: string;
  /** The name of a subject, or the path of its file. */
  subject: string;
  /** The name of a scenario, or `plan-space`. */
  space: string;
  set: Readonly<Record<string, string>>;
  properties: readonly string[] | undefined;
  seed: number;
  checkDeterminism: boolean;
}

/** Searches and shrinks synchronously, in the calling thread. */
export interface Searcher {
  search(chunk: number, runs: number): ChunkResult;
  /** @param onSmaller called with every smaller plan that is found */
  shrink(find: Find, onSmaller: (plan: Plan) => void): Shrunk;
}

export interface Shrunk {
  plan: Plan;
  /** Number of plans tried, without their other timings. */
  runs: number;
  /** The number of other timings under which it also fails. */
  steadiness: number;
}

/** The number of other timings under which the smallest plan must fail to be the result. */
const STEADY = 4;

/** Maximum number of plans to try in each phase of shrinking: a few seconds. */
const SHRINK_RUNS_MAX = 3_000;

export async function openSearcher(job: SearchJob): Promise<Searcher> {
  const catalogue = await openCatalogue(job.folder);
  const subject = await catalogue.loadSubject(job.subject);
  const { variations } = await loadSpace(catalogue, job.space, job.set, subject);
  const simulate = await simulationOf(subject);
  return createSearcher({ ...job, variations, simulate });
}

export function createSearcher(options: SearchOptions & { simulate: Simulate }): Searcher {
  return {
    search: (chunk, runs) => simulateBatch(() => searchChunk(options, chunk, runs)),
    shrink: (find, onSmaller) => simulateBatch(() => shrinkSteadily(options, find, onSmaller)),
  };
}

/**
 * Shrinks a find as far as possible. If the result fails under fewer timings than the find did, shrinks it again so that
 * every smaller plan fails under as many, because real databases do not reproduce the exact timing of a simulation.
 */
function shrinkSteadily(options: SearchOptions, find: Find, onSmaller: (plan: Plan) => void): Shrunk {
  const { simulate } = options;
  const { failing } = find;
  const least = shrinkWhile(options, find, 0, onSmaller);
  if (failing.kind !== 'violation' || least.steadiness >= STEADY) return least;
  const atLeast = Math.min(STEADY, steadiness(failing, find.plan, simulate));
  if (atLeast <= least.steadiness || options.isOverdue?.() === true) return least;
  const steady = shrinkWhile(options, find, atLeast, onSmaller);
  return { ...steady, runs: least.runs + steady.runs };
}

function shrinkWhile(options: SearchOptions, find: Find, steadyUnder: number, onSmaller: (plan: Plan) => void): Shrunk {
  const { simulate } = options;
  // Different deviations often make the same plan, which is tried only once.
  const known = new Map<string, boolean>();
  const fails = (plan: Plan): boolean => {
    const text = JSON.stringify(plan);
    const isFailing = known.get(text) ?? failsSteadily(find.failing, plan, simulate, steadyUnder);
    known.set(text, isFailing);
    if (isFailing) onSmaller(plan);
    return isFailing;
  };
  const shrunk = shrinkFind(options, find, fails, SHRINK_RUNS_MAX);
  const { plan, runs } = minimise(shrunk.plan, fails, SHRINK_RUNS_MAX, options.isOverdue);
  return { plan, runs: shrunk.runs + runs, steadiness: steadiness(find.failing, plan, simulate) };
}
