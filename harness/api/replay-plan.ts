import type { Validity } from '../checker/verdict.ts';
import { parsePlan, parsePlanText, type PlanInput } from '../plan/plan.ts';
import { DEFAULT_RUNS } from '../runner/defaults.ts';
import { readInput } from './input.ts';
import { withOverrides } from './overrides.ts';
import { openProject } from './project.ts';
import { requireWholeNumbers } from './whole-numbers.ts';
import { runAll, type RunningOptions } from './run-scenarios.ts';

/**
 * @param plan as JSON, where fields with a default are optional; or the path of its file, `-` for standard input
 * @returns the combined verdict
 * @throws RatchetError if the input is bad, or a run cannot start
 */
export async function replayPlan(plan: PlanInput | string, options: RunningOptions): Promise<Validity> {
  requireWholeNumbers(options);
  const parsed = typeof plan === 'string' ? parsePlanText(await readInput(plan), plan) : parsePlan(plan, 'the plan');
  const whole = withOverrides(parsed, options);
  const project = await openProject(options);
  const { runs = DEFAULT_RUNS } = options;
  const tasks = Array.from({ length: runs }, () => ({ plan: whole, expected: undefined }));
  return runAll('replay', tasks, project, options);
}
