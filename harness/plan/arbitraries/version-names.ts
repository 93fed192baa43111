/** The versions that generations write, as moments and faults refer to them. */
import type { Version } from '../../faults/fault.ts';
import type { GenerationPlan } from '../plan.ts';
import { itemAt } from '../../required.ts';

/** The version that a generation writes with its nth step (0: its start), at most with its last one. */
export function versionOf(generations: readonly GenerationPlan[], at: number, step: number): Version {
  const { story, steps } = itemAt(generations, at);
  const reached = Math.min(step, steps.length);
  return { key: story, generation: at + 1, progress: reached === 0 ? 0 : itemAt(steps, reached - 1).progress };
}

/** The version that precedes that of `versionOf`; the first one precedes itself. */
export function versionBefore(generations: readonly GenerationPlan[], at: number, step: number): Version {
  const reached = Math.min(step, itemAt(generations, at).steps.length);
  if (reached > 0) return versionOf(generations, at, reached - 1);
  return at > 0 ? versionOf(generations, at - 1, Infinity) : versionOf(generations, at, 0);
}

/** Like `versionOf`, for the generation at index `at` of the whole plan. */
export function versionIn(generations: readonly GenerationPlan[], at: number, step: number): Version {
  const own = generations.filter(({ story }) => story === itemAt(generations, at).story);
  return versionOf(own, own.indexOf(itemAt(generations, at)), step);
}
