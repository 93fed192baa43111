import type { Moment } from './moment.ts';
import type { Plan } from './plan.ts';
import { drawFrom } from './random.ts';

/**
 * The same plan with another timing, as on a slower or busier machine: steps and polls take longer or shorter, starts are
 * late, and latencies are drawn again. A violation that depends on exact timing does not occur under it.
 * @param number the number of the disturbance, from 1
 */
export function disturbed(plan: Plan, number: number): Plan {
  const draw = drawFrom(number);
  const stretched = (name: string, milliseconds: number): number =>
    Math.round((milliseconds * draw(name, 80, 140)) / 100) + draw(name, 0, LATE_MS_MAX);
  const late = (name: string, moment: Moment): Moment =>
    'at_ms' in moment ? { at_ms: moment.at_ms + draw(name, 0, LATE_MS_MAX) } : moment;
  return {
    ...plan,
    seed: plan.seed + 1_000 * number,
    generations: plan.generations.map((each) => ({
      ...each,
      start: late(each.worker, each.start),
      steps: each.steps.map((step) => ({ ...step, after_ms: stretched(each.worker, step.after_ms) })),
    })),
    observers: plan.observers.map((each) => ({
      ...each,
      start: late(each.session, each.start),
      every_ms: Math.min(stretched(each.session, each.every_ms), 60_000),
    })),
  };
}

/** The additional time of a request to a real database, compared with a simulated one. */
const LATE_MS_MAX = 60;
