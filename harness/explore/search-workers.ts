/** The workers of an exploration: this thread, or others. */
import { Worker } from 'node:worker_threads';
import { EnvironmentError, RatchetError, type ExitCode } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { SearchWorker } from './explore.ts';
import type { SearchJob, Searcher, Shrunk } from './search-job.ts';
import type { ChunkResult } from './search.ts';
import { inMacrotask } from '../simulation/simulate.ts';

/** What a thread is asked for. */
export type Request = { search: { chunk: number; runs: number } } | { shrink: Parameters<SearchWorker['shrink']>[0] };

/** What a thread answers; `smaller` comes before the answer, any number of times. */
export type Answer =
  | { ready: true }
  | { result: ChunkResult | Shrunk }
  | { smaller: Plan }
  | { error: { name: string; message: string; code?: string; hint?: string; exitCode?: ExitCode } };

/** Searches in this thread: nothing else happens in it meanwhile. */
export function localWorker(searcher: Searcher): SearchWorker {
  return {
    search: (chunk, runs) => inMacrotask(() => searcher.search(chunk, runs)),
    shrink: (find, onSmaller) => inMacrotask(() => searcher.shrink(find, onSmaller)),
    close: () => undefined,
  };
}

/** Starts a thread that searches. Its first search waits until it is ready. */
export function threadWorker(job: SearchJob): SearchWorker {
  // A checkout runs its sources, a published package holds JavaScript.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./search-thread.${extension}`, import.meta.url), { workerData: job });
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
    else if ('error' in answer) fail(revived(answer.error));
    else if ('result' in answer) {
      const asked = pending;
      pending = undefined;
      asked?.resolve(answer.result as never);
    }
  });
  worker.on('error', (error: Error) => fail(died(error.message, error)));
  worker.on('exit', (code) => fail(died(`exit code ${code}`)));

  const ask = <T>(request: Request, onSmaller: (plan: Plan) => void = () => undefined): Promise<T> => {
    // What was closed never answers: nobody waits for it any more.
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

function died(reason: string, cause?: Error): EnvironmentError {
  return new EnvironmentError(
    'search-died',
    `a thread of the search died: ${reason}`,
    'try it with --workers 1',
    cause,
  );
}

/** An error as it was in the thread: its class is lost on the way, what it says is not. */
function revived({ name, message, code, hint, exitCode }: Extract<Answer, { error: unknown }>['error']): Error {
  if (code === undefined || exitCode === undefined) return Object.assign(new Error(message), { name });
  return new RatchetError(code, message, { exitCode, ...(hint === undefined ? {} : { hint }) });
}
