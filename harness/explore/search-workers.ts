/** The workers of an exploration, in this thread or in other threads. */
import { Worker } from 'node:worker_threads';
import { EnvironmentError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { SearchWorker } from './explore.ts';
import type { SearchJob, Searcher } from './search-job.ts';
import type { ChunkResult } from './search.ts';
import type { Shrunk } from './shrink-plan.ts';
import { receivedError, type SentError } from './thread-errors.ts';
import { inMacrotask } from '../simulation/simulate.ts';

/** A request to a thread. */
export type Request = { search: { chunk: number; runs: number } } | { shrink: Parameters<SearchWorker['shrink']>[0] };

/** A message from a thread; any number of `smaller` precede the result. */
export type Answer = { ready: true } | { result: ChunkResult | Shrunk } | { smaller: Plan } | { error: SentError };

/** Searches in this thread, which is blocked during the search. */
export function localWorker(searcher: Searcher): SearchWorker {
  return {
    search: (chunk, runs) => inMacrotask(() => searcher.search(chunk, runs)),
    shrink: (find, onSmaller) => inMacrotask(() => searcher.shrink(find, onSmaller)),
    close: () => undefined,
  };
}

/**
 * What a run leaves is garbage at its end, so that a large young generation makes no run faster, and costs a hundred megabytes
 * in each thread.
 */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 12 };

/** Starts a thread that searches. Its first search waits until it is ready. */
export function threadWorker(job: SearchJob): SearchWorker {
  // A checkout runs its TypeScript sources, a published package contains JavaScript.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./search-thread.${extension}`, import.meta.url), {
    workerData: job,
    resourceLimits: THREAD_LIMITS,
  });
  let pending: { resolve(result: never): void; reject(error: Error): void; onSmaller(plan: Plan): void } | undefined;
  let failure: Error | undefined;
  let isClosed = false;

  const fail = (error: Error): void => {
    failure ??= error;
    pending?.reject(failure);
    pending = undefined;
  };
  worker.on('message', (answer: Answer) => {
    if ('smaller' in answer) pending?.onSmaller(answer.smaller);
    else if ('error' in answer) fail(receivedError(answer.error));
    else if ('result' in answer) {
      const answered = pending;
      pending = undefined;
      answered?.resolve(answer.result as never);
    }
  });
  worker.on('error', (error: Error) => fail(threadEnded(error.message, error)));
  worker.on('exit', (code) => fail(threadEnded(`exit code ${code}`)));

  const ask = <T>(request: Request, onSmaller: (plan: Plan) => void = () => undefined): Promise<T> => {
    // A closed worker never answers: its caller no longer waits.
    if (isClosed) return new Promise(() => undefined);
    if (failure !== undefined) return Promise.reject(failure);
    return new Promise<T>((resolve, reject) => {
      pending = { resolve, reject, onSmaller };
      worker.postMessage(request);
    });
  };
  return {
    search: (chunk, runs) => ask({ search: { chunk, runs } }),
    shrink: (find, onSmaller) => ask({ shrink: find }, onSmaller),
    close() {
      isClosed = true;
      pending = undefined;
      void worker.terminate();
    },
  };
}

export function threadEnded(reason: string, cause?: Error): EnvironmentError {
  return new EnvironmentError('search-died', `a search thread ended unexpectedly: ${reason}`, 'try --workers 1', cause);
}
