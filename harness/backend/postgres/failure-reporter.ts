/**
 * Passes on unexpected failures: during the start to the code that starts the cluster, afterwards to the user of the
 * cluster, and while it closes to no one.
 */
import type { EnvironmentError } from '../../errors.ts';

export type FailureListener = (reason: EnvironmentError, server?: string) => void;

export class FailureReporter {
  #listener: FailureListener;

  constructor(listener: FailureListener) {
    this.#listener = listener;
  }

  report(reason: EnvironmentError, server?: string): void {
    this.#listener(reason, server);
  }

  setListener(listener: FailureListener): void {
    this.#listener = listener;
  }

  ignore(): void {
    this.#listener = () => {};
  }
}
