/** How fast work goes, and how long the rest will take if it goes on so; for messages about its progress. */
import type { Clock } from './clock.ts';

export class Pace {
  readonly #clock: Clock;
  readonly #unit: string;
  readonly #total: number | undefined;
  readonly #beganAt: number;

  /**
   * @param unit in plural, e.g. `runs`
   * @param total how many there are; `undefined` if that is not known
   */
  constructor(clock: Clock, unit: string, total: number | undefined) {
    this.#clock = clock;
    this.#unit = unit;
    this.#total = total;
    this.#beganAt = clock.now();
  }

  /** `, 1.2 runs/s, 18 s left`; empty before anything is done. */
  after(done: number): string {
    const seconds = (this.#clock.now() - this.#beganAt) / 1e9;
    if (done === 0 || seconds <= 0) return '';
    const rate = done / seconds;
    return paceText(rate, this.#unit, this.#total === undefined ? undefined : (this.#total - done) / rate);
  }
}

/** `, 1.2 runs/s, 18 s left`, without what is not known. */
export function paceText(perSecond: number | undefined, unit: string, secondsLeft: number | undefined): string {
  const rate = perSecond === undefined ? '' : `, ${rateText(perSecond)} ${unit}/s`;
  return `${rate}${secondsLeft === undefined ? '' : timeLeft(secondsLeft)}`;
}

function timeLeft(seconds: number): string {
  if (seconds < 1) return ', less than 1 s left';
  if (seconds < 100) return `, ${Math.round(seconds)} s left`;
  return seconds < 6_000 ? `, ${Math.round(seconds / 60)} min left` : `, ${Math.round(seconds / 3_600)} h left`;
}

export function rateText(perSecond: number): string {
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}
