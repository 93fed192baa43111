/** The workers of an exploration, in this thread or in other threads. */
import type { Plan } from '../plan/plan.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { startThread, type Answer } from './asked-thread.ts';
import type { ModuleCounts } from './branch-counts.ts';
import type { SearchWorker } from './explore.ts';
import type { SearchJob, Searcher } from './search-job.ts';
import type { ChunkResult } from './search.ts';
import type { Shrunk } from './shrink-plan.ts';

/** A request to a thread. */
export type Request =
  | { search: { chunk: number; runs: number } }
  | { shrink: Parameters<SearchWorker['shrink']>[0] }
  | { branches: true };

/** A message from a thread; a smaller plan before the result of a request to shrink. */
export type SearchAnswer = Answer<ChunkResult | Shrunk | readonly ModuleCounts[], Plan>;

/**
 * Searches in this thread, which is blocked during the search.
 * @param branches the counts of this thread, if they are wanted
 */
export function localWorker(searcher: Searcher, branches?: () => ModuleCounts[]): SearchWorker {
  return {
    search: (chunk, runs) => inMacrotask(() => searcher.search(chunk, runs)),
    shrink: (find, onSmaller) => inMacrotask(() => searcher.shrink(find, onSmaller)),
    ...(branches === undefined ? {} : { branches: async () => branches() }),
    close: () => undefined,
  };
}

/** Starts a thread that searches. Its first search waits until it is ready. */
export function threadWorker(job: SearchJob): SearchWorker {
  const thread = startThread<Request, never, Plan>('./search-thread', import.meta.url, job);
  return {
    search: (chunk, runs) => thread.ask({ search: { chunk, runs } }),
    shrink: (find, onSmaller) => thread.ask({ shrink: find }, onSmaller),
    ...(job.countsBranches === true ? { branches: () => thread.ask({ branches: true }) } : {}),
    close: () => thread.close(),
  };
}
