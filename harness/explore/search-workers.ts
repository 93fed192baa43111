/** The workers of an exploration, in this thread or in other threads. */
import type { Plan } from '../plan/plan.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { startThread, type Answer } from './asked-thread.ts';
import type { SearchWorker } from './explore.ts';
import type { SearchJob, Searcher } from './search-job.ts';
import type { ChunkResult } from './search.ts';
import type { Shrunk } from './shrink-plan.ts';

/** A request to a thread. */
export type Request = { search: { chunk: number; runs: number } } | { shrink: Parameters<SearchWorker['shrink']>[0] };

/** A message from a thread; a smaller plan before the result of a request to shrink. */
export type SearchAnswer = Answer<ChunkResult | Shrunk, Plan>;

/** Searches in this thread, which is blocked during the search. */
export function localWorker(searcher: Searcher): SearchWorker {
  return {
    search: (chunk, runs) => inMacrotask(() => searcher.search(chunk, runs)),
    shrink: (find, onSmaller) => inMacrotask(() => searcher.shrink(find, onSmaller)),
    close: () => undefined,
  };
}

/** Starts a thread that searches. Its first search waits until it is ready. */
export function threadWorker(job: SearchJob): SearchWorker {
  const thread = startThread<Request, never, Plan>('./search-thread', import.meta.url, job);
  return {
    search: (chunk, runs) => thread.ask({ search: { chunk, runs } }),
    shrink: (find, onSmaller) => thread.ask({ shrink: find }, onSmaller),
    close: () => thread.close(),
  };
}
