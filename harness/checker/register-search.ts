import { NONE, PROGRESS, SHAPE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { itemAt } from '../required.ts';
import type { Budget } from './budget.ts';
import { findsOrder } from './register-depth-first.ts';
import type { RegisterOperation } from './register-operations.ts';
import { RegisterSchedule } from './register-schedule.ts';
import type { Register } from './register-schedule.ts';
import { RegisterSweep } from './register-sweep.ts';
import type { Checkpoint } from './register-sweep.ts';

const firstWidth = 4;
const widening = 4;
/** How many steps lie between checkpoints. */
const spacing = 32;

/**
 * Whether some order explains the reads of a register. The search follows the events with few configurations, the ones
 * that leave the least to be done; when none is left, it goes back and follows more of them, from further back each
 * time, until one explains the events, or none was left out.
 */
export class RegisterSearch {
  readonly #register: Register;

  constructor(history: HistoryColumns, key: number) {
    const { values, shape, progress } = history;
    const initial = values.initial.get(key);
    this.#register = {
      initial: initial === NONE ? values.count : initial,
      isBeginning: (value) => {
        const first = values.firsts.get(value);
        return (shape.get(first) & SHAPE) === PROGRESS && progress[first] === 0;
      },
    };
  }

  /**
   * Whether a depth-first search finds an order that explains all, which is cheap where it does not have to go back far.
   * @throws SearchGaveUp
   */
  findsOrder(operations: readonly RegisterOperation[], budget: Budget): boolean {
    return findsOrder(operations, this.#register, budget);
  }

  /**
   * The event at which no configuration is left, or `NONE` when some order explains all. The operations are in order
   * of their beginnings; those that end later than `until` count as in flight at `until`. The register begins at
   * the initial value of its key, or at any value.
   * @throws SearchGaveUp
   */
  contradictedAt(
    operations: readonly RegisterOperation[],
    budget: Budget,
    { until = Infinity, beginsAnywhere = false } = {},
  ): number {
    const schedule = new RegisterSchedule(operations, { ...this.#register, until });
    const sweep = new RegisterSweep(schedule, budget);
    try {
      sweep.begin(beginsAnywhere ? schedule.beginnings : [schedule.initial]);
      const step = contradictedAtStep(sweep, schedule.steps.length);
      return step === NONE ? NONE : itemAt(operations, schedule.steps.get(step) >> 1).end;
    } finally {
      sweep.release();
    }
  }
}

function contradictedAtStep(sweep: RegisterSweep, stepCount: number): number {
  const checkpoints: Checkpoint[] = [sweep.checkpoint()];
  let furthest = NONE;
  /** How many times the search went back from there. */
  let retries = 0;
  while (sweep.step < stepCount) {
    if (sweep.step > furthest + spacing) retries = 0;
    const scale = widening ** retries;
    if (sweep.step >= itemAt(checkpoints, checkpoints.length - 1).step + spacing) checkpoints.push(sweep.checkpoint());
    sweep.advance(firstWidth * scale);
    if (sweep.count > 0) continue;
    const failed = sweep.step - 1;
    if (sweep.isComplete) return failed;
    if (failed <= furthest || retries === 0) retries += 1;
    furthest = Math.max(furthest, failed);
    goBack(sweep, checkpoints, failed - spacing * widening ** retries);
  }
  return NONE;
}

function goBack(sweep: RegisterSweep, checkpoints: Checkpoint[], step: number): void {
  while (checkpoints.length > 1 && itemAt(checkpoints, checkpoints.length - 1).step > step) checkpoints.pop();
  sweep.restore(itemAt(checkpoints, checkpoints.length - 1));
}
