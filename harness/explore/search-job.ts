/** What a search is after, in a form that a worker thread can be told; and the search that it makes of that. */
import { openCatalogue } from '../runner/catalogue.ts';
import { minimise } from './minimise.ts';
import { searchChunk, shrinkFind, type ChunkResult, type Find, type SearchOptions } from './search.ts';
import { simulationOf } from './simulation.ts';
import { loadSpace } from './space.ts';
import { failsSteadily, steadiness, type Simulate } from './trial.ts';
import type { Plan } from '../plan/plan.ts';
import { simulateBatch } from '../simulation/simulate.ts';

export interface SearchJob {
  /** Where the catalogue is looked for. */
  folder: string;
  /** A name of the catalogue, or the path of a file. */
  subject: string;
  /** A scenario, or `plan-space`. */
  space: string;
  set: Readonly<Record<string, string>>;
  properties: readonly string[] | undefined;
  seed: number;
  checkDeterminism: boolean;
}

/** A search that is ready to begin. All of it happens at once, in the thread that calls it. */
export interface Searcher {
  search(chunk: number, runs: number): ChunkResult;
  /** @param onSmaller told of every smaller plan as it is found */
  shrink(find: Find, onSmaller: (plan: Plan) => void): Shrunk;
}

export interface Shrunk {
  plan: Plan;
  /** How many plans were tried, other timings of them not counted. */
  runs: number;
  /** Under how many of the other timings it fails too. */
  steadiness: number;
}

/** Under so many of the other timings a plan must fail to be left as small as it is. */
const STEADY = 4;

/** So many plans are tried to make a find small: a few seconds at the worst. */
const SHRINK_RUNS_MAX = 3_000;

export async function openSearcher(job: SearchJob): Promise<Searcher> {
  const catalogue = await openCatalogue(job.folder);
  const subject = await catalogue.loadSubject(job.subject);
  const { variations } = await loadSpace(catalogue, job.space, job.set, subject);
  const simulate = simulationOf(subject);
  return createSearcher({ ...job, variations, simulate });
}

export function createSearcher(options: SearchOptions & { simulate: Simulate }): Searcher {
  return {
    search: (chunk, runs) => simulateBatch(() => searchChunk(options, chunk, runs)),
    shrink: (find, onSmaller) => simulateBatch(() => shrinkSteadily(options, find, onSmaller)),
  };
}

/**
 * As small as it gets; but if that fails by a hair's breadth only, where the find did not, then not as small: what is
 * to be confirmed on real databases must not hang on the timing of a simulation.
 */
function shrinkSteadily(options: SearchOptions, find: Find, onSmaller: (plan: Plan) => void): Shrunk {
  const { simulate } = options;
  const { failing } = find;
  const least = shrinkWhile(options, find, 0, onSmaller);
  if (failing.kind !== 'violation' || least.steadiness >= STEADY) return least;
  const atLeast = Math.min(STEADY, steadiness(failing, find.plan, simulate));
  if (atLeast <= least.steadiness) return least;
  const steady = shrinkWhile(options, find, atLeast, onSmaller);
  return { ...steady, runs: least.runs + steady.runs };
}

function shrinkWhile(options: SearchOptions, find: Find, steadyUnder: number, onSmaller: (plan: Plan) => void): Shrunk {
  const { simulate } = options;
  // Different deviations often make the same plan, which need not be tried again.
  const known = new Map<string, boolean>();
  const fails = (plan: Plan): boolean => {
    const text = JSON.stringify(plan);
    const isFailing = known.get(text) ?? failsSteadily(find.failing, plan, simulate, steadyUnder);
    known.set(text, isFailing);
    if (isFailing) onSmaller(plan);
    return isFailing;
  };
  const shrunk = shrinkFind(options, find, fails, SHRINK_RUNS_MAX);
  const { plan, runs } = minimise(shrunk.plan, fails, SHRINK_RUNS_MAX);
  return { plan, runs: shrunk.runs + runs, steadiness: steadiness(find.failing, plan, simulate) };
}
