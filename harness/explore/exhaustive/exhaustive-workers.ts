/** Workers of an exhaustive search in other threads. */
import { Worker } from 'node:worker_threads';
import { threadEnded } from '../search-workers.ts';
import { receivedError, type SentError } from '../thread-errors.ts';
import type { ExhaustiveJob } from './exhaustive-job.ts';
import type { ExhaustiveWorker } from './exhaust.ts';

type Method = keyof ExhaustiveWorker;

/** A call of a method of the thread's worker for a base. */
export type Call = { base: number } & {
  [Name in Method]: { method: Name; args: Parameters<ExhaustiveWorker[Name]> };
}[Method];
export type CallAnswer = { result: unknown } | { error: SentError };

/** A thread that has a worker for each base of its job, and answers one call at a time. */
export interface ExhaustiveThread {
  workerOf(base: number): ExhaustiveWorker;
  /** Stops it immediately; open calls are never answered. */
  close(): void;
}

export function startThread(job: ExhaustiveJob): ExhaustiveThread {
  // A checkout runs its TypeScript sources, a published package contains JavaScript.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const thread = new Worker(new URL(`./exhaustive-thread.${extension}`, import.meta.url), { workerData: job });
  let pending: PromiseWithResolvers<unknown> | undefined;
  let failure: Error | undefined;
  let isClosed = false;
  const fail = (error: Error): void => {
    failure ??= error;
    pending?.reject(failure);
  };
  thread.on('message', (answer: CallAnswer) => {
    if ('error' in answer) fail(receivedError(answer.error));
    else pending?.resolve(answer.result);
  });
  thread.on('error', (error) => fail(threadEnded(error.message, error)));
  thread.on('exit', (code) => {
    if (!isClosed) fail(threadEnded(`exit code ${code}`));
  });
  const send = (call: Call): Promise<never> => {
    pending = Promise.withResolvers();
    if (failure !== undefined) pending.reject(failure);
    else if (!isClosed) thread.postMessage(call);
    return pending.promise as Promise<never>;
  };
  return {
    workerOf: (base) => ({
      facts: () => send({ base, method: 'facts', args: [] }),
      first: (...args) => send({ base, method: 'first', args }),
      second: (...args) => send({ base, method: 'second', args }),
    }),
    close() {
      isClosed = true;
      void thread.terminate();
    },
  };
}
