/** The job of a search in a form that can be sent to a worker thread, and the searcher that it creates. */
import { openCatalogue } from '../runner/catalogue.ts';
import { realClock } from '../clock.ts';
import { searchChunk, type ChunkResult, type Find, type SearchOptions } from './search.ts';
import { shrink, type Shrunk } from './shrink-plan.ts';
import { simulationOf } from './simulation.ts';
import { loadSpace } from './space.ts';
import { watchGlobals } from './surviving-state.ts';
import type { Simulate } from './trial.ts';
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
  /** The thread counts how often the code of the subject runs. */
  countsBranches?: boolean;
}

/** Searches and shrinks synchronously, in the calling thread. */
export interface Searcher {
  search(chunk: number, runs: number): ChunkResult;
  /** @param onSmaller called with every smaller plan that is found */
  shrink(find: Find, onSmaller: (plan: Plan) => void): Shrunk;
}

/**
 * How long shrinking may take: of the thread's computing time, so that a busy machine shrinks as far as a quiet one. Before
 * Node 23.9 it is not known, and the time that has passed counts.
 */
const SHRINK_MS_MAX = 10_000;

export async function openSearcher(job: SearchJob): Promise<Searcher> {
  const catalogue = await openCatalogue(job.folder);
  const subject = await catalogue.loadSubject(job.subject);
  const { variations } = await loadSpace(catalogue, job.space, job.set, subject);
  const simulate = await simulationOf(subject);
  return createSearcher({ ...job, variations, simulate });
}

export function createSearcher(options: SearchOptions & { simulate: Simulate }): Searcher {
  const { simulate, isOverdue, isEvidence } = options;
  const addedGlobals = watchGlobals();
  return {
    search: (chunk, runs) => simulateBatch(() => searchChunk(options, chunk, runs)),
    shrink(find, onSmaller) {
      const spentMs = stopwatch();
      const isOver = (): boolean => isOverdue?.() === true || spentMs() > SHRINK_MS_MAX;
      return simulateBatch(() => shrink(find, { simulate, addedGlobals, isOverdue: isOver, onSmaller, isEvidence }));
    },
  };
}

function stopwatch(): () => number {
  const clock = realClock();
  if (typeof process.threadCpuUsage !== 'function') return () => clock.now() / 1e6;
  const start = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(start);
    return (user + system) / 1e3;
  };
}
