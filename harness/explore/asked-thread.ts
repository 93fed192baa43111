/** A thread that is asked one thing at a time. */
import { Worker } from 'node:worker_threads';
import { EnvironmentError } from '../errors.ts';
import { receivedError, type SentError } from './thread-errors.ts';

/** A message from a thread; any number of `more` precede the result. */
export type Answer<Result, More = never> = { result: Result } | { more: More } | { error: SentError };

export interface AskedThread<Request, Result, More> {
  /** Rejects if the thread ends; an answer never comes if it is closed. */
  ask(request: Request, onMore?: (more: More) => void): Promise<Result>;
  /** Stops it immediately. */
  close(): void;
}

/**
 * What a run leaves is garbage at its end, so that a large young generation makes no run faster, and costs a hundred megabytes
 * in each thread.
 */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 12 };

interface Pending<Result, More> extends Pick<PromiseWithResolvers<Result>, 'resolve' | 'reject'> {
  onMore(more: More): void;
}

/**
 * Starts a thread.
 * @param module its file without the extension, relative to `from`
 * @param from the URL of the module that names it
 * @param job what the thread gets at its start
 */
export function startThread<Request, Result, More = never>(
  module: string,
  from: string,
  job: unknown,
): AskedThread<Request, Result, More> {
  // A checkout runs its TypeScript sources, a published package contains JavaScript.
  const extension = from.endsWith('.ts') ? 'ts' : 'js';
  const thread = new Worker(new URL(`${module}.${extension}`, from), {
    workerData: job,
    resourceLimits: THREAD_LIMITS,
  });
  let pending: Pending<Result, More> | undefined;
  let failure: Error | undefined;
  let isClosed = false;

  const fail = (error: Error): void => {
    failure ??= error;
    pending?.reject(failure);
    pending = undefined;
  };
  thread.on('message', (answer: Answer<Result, More>) => {
    if ('more' in answer) pending?.onMore(answer.more);
    else if ('error' in answer) fail(receivedError(answer.error));
    else {
      const answered = pending;
      pending = undefined;
      answered?.resolve(answer.result);
    }
  });
  thread.on('error', (error: Error) => fail(threadEnded(error.message, error)));
  thread.on('exit', (code) => fail(threadEnded(`exit code ${code}`)));

  return {
    ask(request, onMore = () => undefined) {
      // A closed thread never answers: its caller no longer waits.
      if (isClosed) return new Promise(() => undefined);
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise<Result>((resolve, reject) => {
        pending = { resolve, reject, onMore };
        thread.postMessage(request);
      });
    },
    close() {
      isClosed = true;
      pending = undefined;
      void thread.terminate();
    },
  };
}

function threadEnded(reason: string, cause?: Error): EnvironmentError {
  return new EnvironmentError('search-died', `a search thread ended unexpectedly: ${reason}`, 'try --workers 1', cause);
}
