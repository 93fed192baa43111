/** Workers of an exhaustive search in other threads. */
import { startThread } from '../asked-thread.ts';
import type { ExhaustiveJob } from './exhaustive-job.ts';
import type { ExhaustiveWorker } from './exhaust.ts';

type Method = keyof ExhaustiveWorker;

/** A call of a method of the thread's worker for a base. */
export type Call = { base: number } & {
  [Name in Method]: { method: Name; args: Parameters<ExhaustiveWorker[Name]> };
}[Method];

/** A thread that has a worker for each base of its job, and answers one call at a time. */
export interface ExhaustiveThread {
  workerOf(base: number): ExhaustiveWorker;
  /** Stops it immediately; open calls are never answered. */
  close(): void;
}

export function startExhaustiveThread(job: ExhaustiveJob): ExhaustiveThread {
  const thread = startThread<Call, never>('./exhaustive-thread', import.meta.url, job);
  return {
    workerOf: (base) => ({
      facts: () => thread.ask({ base, method: 'facts', args: [] }),
      first: (...args) => thread.ask({ base, method: 'first', args }),
      second: (...args) => thread.ask({ base, method: 'second', args }),
    }),
    close: () => thread.close(),
  };
}
