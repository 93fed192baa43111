/** Waits for servers of the harness's own clusters. Each of them has an end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';

/** A server that works answers within milliseconds; one on a crowded machine, within seconds. */
const WITHIN_MS = 60_000;

export interface ServerWait {
  /** The server that is waited for. */
  name: string;
  /** What it did not do if the wait is in vain, for example "did not accept connections". */
  failure: string;
  /** The last lines of its log. */
  lastLog(): string | Promise<string>;
  signal?: AbortSignal;
  /** Milliseconds; 60,000 by default. */
  withinMs?: number;
}

/**
 * Tries again and again until a try resolves to true. A try that does not settle in time is given up, too.
 * @param pollMs milliseconds between two tries
 * @throws EnvironmentError with the last lines of the server's log, if the time is over
 */
export async function waitForServer(isDone: () => Promise<boolean>, pollMs: number, wait: ServerWait): Promise<void> {
  const over = new AbortController();
  const tries = async (): Promise<void> => {
    while (!over.signal.aborted && !(await isDone())) await sleep(pollMs);
  };
  await answerInTime(tries(), wait).finally(() => over.abort());
}

/**
 * Resolves to what `answer` resolves to.
 * @throws EnvironmentError with the last lines of the server's log, if the time is over
 */
export async function answerInTime<T>(answer: Promise<T>, wait: ServerWait): Promise<T> {
  const { signal, withinMs = WITHIN_MS } = wait;
  const time = new AbortController();
  const end = signal === undefined ? time.signal : AbortSignal.any([time.signal, signal]);
  const over = sleep(withinMs, OVER, { signal: end });
  over.catch(() => undefined);
  try {
    const first = await Promise.race([answer, over]);
    if (first !== OVER) return first;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    answer.catch(() => undefined);
    time.abort();
  }
  throw await inVain(wait);
}

const OVER = Symbol('over');

async function inVain({ name, failure, lastLog, withinMs = WITHIN_MS }: ServerWait): Promise<EnvironmentError> {
  return new EnvironmentError(
    'server-not-responding',
    `PostgreSQL ${name} ${failure} within ${withinMs / 1000} s: ${await lastLog()}`,
    'Look for the cause in these lines of its log; the machine may have too little CPU or memory.',
  );
}
