/** The page of one session: which of the values that arrive it shows. */
import { EnvironmentError } from '../errors.ts';
import type { Display, ObservedProgress } from '../port/subject.ts';
import type { ArrivedValue } from './canary-memory.ts';

export class CanaryTab {
  readonly #display: Display;
  #ordinal = 0;

  constructor(display: Display) {
    this.#display = display;
  }

  /** Numbers the requests in the order in which they are sent; a value that is pushed takes the next one. */
  nextOrdinal(): number {
    this.#ordinal += 1;
    return this.#ordinal;
  }

  /**
   * @param ordinal of the request that it answers
   * @returns the value that is shown now; `undefined` if this one changes nothing
   * @throws EnvironmentError if the display policy throws
   */
  show(arrived: ArrivedValue, ordinal: number): ArrivedValue | undefined {
    const { at, evidence, ...value } = arrived;
    const shown = this.#decide(value, ordinal);
    if (typeof shown === 'boolean') return shown ? arrived : undefined;
    return { ...shown, at, ...(evidence === undefined ? {} : { evidence }) };
  }

  #decide(value: ObservedProgress, ordinal: number): boolean | ObservedProgress {
    try {
      return this.#display(value, { ordinal });
    } catch (error) {
      const hint = 'correct frontEnd.display of the subject';
      throw new EnvironmentError('display-threw', `the display policy threw ${String(error)}`, hint, error);
    }
  }
}
