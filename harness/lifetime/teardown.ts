/** Collects cleanups for everything that a start creates, and runs them in the right order, also if the start fails. */

/** Connections are closed before servers are stopped, and servers are stopped before their files are removed. */
export type TeardownPhase = 'disconnect' | 'stop' | 'remove';

export class Teardown {
  readonly #abort = new AbortController();
  readonly #cleanups: Record<TeardownPhase, (() => unknown)[]> = { disconnect: [], stop: [], remove: [] };

  /** Aborted when the start is cancelled or has failed. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Cancels the start if it is still in progress. */
  abort(reason: unknown): void {
    this.#abort.abort(reason);
  }

  add(phase: TeardownPhase, cleanup: () => unknown): void {
    this.#cleanups[phase].push(cleanup);
  }

  /**
   * Runs all cleanups, then waits for `pending` and runs those that it has added meanwhile. Rejects if files could not
   * be removed.
   */
  async run(pending?: Promise<unknown>): Promise<void> {
    await this.#runPhase('disconnect');
    await this.#runPhase('stop');
    await Promise.allSettled([pending]);
    await this.#runPhase('disconnect');
    await this.#runPhase('stop');
    const removed = await this.#runPhase('remove');
    const failed = removed.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #runPhase(phase: TeardownPhase): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(this.#cleanups[phase].splice(0).map(async (cleanup) => cleanup()));
  }
}
