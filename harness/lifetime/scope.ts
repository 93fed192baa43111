/** What a start has made so far, and how to undo it in the right order, however far it got. */

/** Connections are closed before servers are stopped, servers before their files are removed. */
export type Phase = 'disconnect' | 'stop' | 'remove';

export class Scope {
  readonly #abort = new AbortController();
  readonly #undo: Record<Phase, (() => unknown)[]> = { disconnect: [], stop: [], remove: [] };

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Ends the start, if it is still going on. */
  abort(reason: unknown): void {
    this.#abort.abort(reason);
  }

  onEnd(phase: Phase, undo: () => unknown): void {
    this.#undo[phase].push(undo);
  }

  /** Undoes everything; what `underWay` still makes is waited for. Rejects when files could not be removed. */
  async end(underWay?: Promise<unknown>): Promise<void> {
    await this.#run('disconnect');
    await this.#run('stop');
    await Promise.allSettled([underWay]);
    await this.#run('disconnect');
    await this.#run('stop');
    const removed = await this.#run('remove');
    const failed = removed.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #run(phase: Phase): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(this.#undo[phase].splice(0).map(async (undo) => undo()));
  }
}
