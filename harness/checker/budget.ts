/** A search that reached no result within its limit of time, memory or steps. */
export class SearchGaveUp extends Error {}

const stepsBetweenClockReads = 256;
const mebibyte = 1024 * 1024;

export interface SearchLimits {
  /** Polled regularly: a time limit by the caller's clock. */
  isOverdue?: (() => boolean) | undefined;
  /** The time limit that `isOverdue` measures, for messages. */
  timeoutMs?: number | undefined;
  bytesMax?: number;
  stepsMax?: number;
}

/** Limits a search to the time that the caller's clock allows, to its memory, and to a number of steps. */
export class Budget {
  used = 0;
  #bytes = 0;
  readonly #limits: SearchLimits;

  constructor(limits: SearchLimits) {
    this.#limits = limits;
  }

  /** @throws SearchGaveUp */
  spend(): void {
    this.used += 1;
    const { stepsMax = Infinity, isOverdue, timeoutMs } = this.#limits;
    if (this.used > stepsMax) giveUp(`${stepsMax} steps`);
    if (this.used % stepsBetweenClockReads !== 1 || isOverdue?.() !== true) return;
    giveUp(timeoutMs === undefined ? 'the time limit' : `${timeoutMs / 1000} s: ratchet check --timeout allows more`);
  }

  /**
   * Accounts for memory that the search allocates; negative for memory that it no longer uses.
   * @throws SearchGaveUp
   */
  reserve(bytes: number): void {
    const { bytesMax = Infinity } = this.#limits;
    this.#bytes += bytes;
    if (this.#bytes > bytesMax) giveUp(`${Math.round(bytesMax / mebibyte)} MiB of memory`);
  }
}

function giveUp(limit: string): never {
  throw new SearchGaveUp(`no order of its operations was found or ruled out within ${limit}`);
}
