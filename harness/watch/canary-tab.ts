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

  /**
   * @returns the value that is shown now; `undefined` if this one changes nothing
   * @throws EnvironmentError if the display policy throws
   */
  show(arrived: ArrivedValue): ArrivedValue | undefined {
    this.#ordinal += 1;
    const { at, evidence, ...value } = arrived;
    const shown = this.#decide(value);
    if (typeof shown === 'boolean') return shown ? arrived : undefined;
    return { ...shown, at, ...(evidence === undefined ? {} : { evidence }) };
  }

  #decide(value: ObservedProgress): boolean | ObservedProgress {
    try {
      return this.#display(value, { ordinal: this.#ordinal });
    } catch (error) {
      const hint = 'correct frontEnd.display of the subject';
      throw new EnvironmentError('display-threw', `the display policy threw ${String(error)}`, hint, error);
    }
  }
}
