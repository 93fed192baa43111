/** Ends the wait for a search whose signal is aborted, since a worker that is busy or closed does not answer. */

export interface Interruption {
  /** Resolves when the signal is aborted. */
  promise: Promise<void>;
  /** Listens no more. */
  stop(): void;
}

/** @param close called when the signal is aborted */
export function interruptionOf(signal: AbortSignal, close: () => void = () => undefined): Interruption {
  const { promise, resolve } = Promise.withResolvers<void>();
  const interrupt = (): void => {
    close();
    resolve();
  };
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  return { promise, stop: () => signal.removeEventListener('abort', interrupt) };
}
