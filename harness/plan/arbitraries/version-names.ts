/** What generations write, as moments and lags name it. */
import type { Version } from '../../faults/fault.ts';
import type { GenerationPlan } from '../plan.ts';
import { itemAt } from '../../required.ts';

/** What a generation has written with its nth step, 0 for its start, at most its last. */
export function versionOf(generations: readonly GenerationPlan[], at: number, step: number): Version {
  const { story, steps } = itemAt(generations, at);
  const reached = Math.min(step, steps.length);
  return { key: story, generation: at + 1, progress: reached === 0 ? 0 : itemAt(steps, reached - 1).progress };
}

/** Like `versionOf`, of the plan's nth generation, which counts among those of its own story. */
export function versionIn(generations: readonly GenerationPlan[], at: number, step: number): Version {
  const own = generations.filter(({ story }) => story === itemAt(generations, at).story);
  return versionOf(own, own.indexOf(itemAt(generations, at)), step);
}
