/** A search that reached no result within its limit of steps or time. */
export class SearchGaveUp extends Error {}

const stepsBetweenClockReads = 1024;

/** Limits a search to a number of steps, and to the time that the caller's clock allows. */
export class Budget {
  used = 0;
  readonly #stepsMax: number;
  readonly #isOverdue: (() => boolean) | undefined;

  constructor(stepsMax: number, isOverdue?: () => boolean) {
    this.#stepsMax = stepsMax;
    this.#isOverdue = isOverdue;
  }

  /** @throws SearchGaveUp */
  spend(): void {
    this.used += 1;
    const isOver = this.used > this.#stepsMax;
    if (!isOver && (this.used % stepsBetweenClockReads !== 1 || this.#isOverdue?.() !== true)) return;
    const limit = isOver ? `${this.#stepsMax} steps` : 'the time limit';
    throw new SearchGaveUp(`no order of its operations was found or ruled out within ${limit}`);
  }
}
