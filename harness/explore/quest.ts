/** What a search is after, in a form that a worker thread can be told; and the search that it makes of that. */
import { openCatalogue } from '../runner/catalogue.ts';
import { minimise } from './minimise.ts';
import { searchChunk, shrinkFind, type ChunkResult, type Find, type SearchOptions, type Shrunk } from './search.ts';
import { simulationOf } from './simulation.ts';
import { loadSpace } from './space.ts';
import { failsLike, type Simulate } from './trial.ts';
import type { Plan } from '../plan/plan.ts';

export interface Quest {
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

/** So many plans are tried to make a find small: a few seconds at the worst. */
const SHRINK_RUNS_MAX = 3_000;

export async function openSearcher(quest: Quest): Promise<Searcher> {
  const catalogue = await openCatalogue(quest.folder);
  const { variations } = await loadSpace(catalogue, quest.space, quest.set);
  const simulate = simulationOf(await catalogue.loadSubject(quest.subject));
  return createSearcher({ ...quest, variations, simulate });
}

export function createSearcher(options: SearchOptions & { simulate: Simulate }): Searcher {
  return {
    search: (chunk, runs) => searchChunk(options, chunk, runs),
    shrink(find, onSmaller) {
      const { failing } = find;
      const fails = (plan: Plan): boolean => {
        const isSmaller = failsLike(failing, plan, options.simulate);
        if (isSmaller) onSmaller(plan);
        return isSmaller;
      };
      const shrunk = shrinkFind(options, find, SHRINK_RUNS_MAX, onSmaller);
      const least = minimise(shrunk.plan, fails, SHRINK_RUNS_MAX);
      return { plan: least.plan, runs: shrunk.runs + least.runs };
    },
  };
}
