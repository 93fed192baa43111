/** Who is told when something dies that nobody stopped: first the start, then the caller, then nobody. */
import type { EnvironmentError } from '../../errors.ts';

export type FailureListener = (reason: EnvironmentError, server?: string) => void;

export class FailureReporter {
  #listener: FailureListener;

  constructor(listener: FailureListener) {
    this.#listener = listener;
  }

  add(reason: EnvironmentError, server?: string): void {
    this.#listener(reason, server);
  }

  handOver(listener: FailureListener): void {
    this.#listener = listener;
  }

  ignore(): void {
    this.#listener = () => {};
  }
}
