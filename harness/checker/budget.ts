/** A search that found nothing in the steps or the time that it was given. */
export class SearchGaveUp extends Error {}

const stepsBetweenLooks = 1024;

/** How long a search may go on: a number of steps, and as long as the caller's clock allows. */
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
    if (!isOver && (this.used % stepsBetweenLooks !== 1 || this.#isOverdue?.() !== true)) return;
    const limit = isOver ? `${this.#stepsMax} steps` : 'the time that it was given';
    throw new SearchGaveUp(`no order of its operations was found or ruled out within ${limit}`);
  }
}
