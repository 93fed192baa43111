import type { Validity } from '../checker/verdict.ts';
import { parsePlan, type PlanInput } from '../plan/plan.ts';
import { DEFAULT_RUNS } from '../runner/defaults.ts';
import { withOverrides } from './overrides.ts';
import { openProject } from './project.ts';
import { requireWholeNumbers } from './whole-numbers.ts';
import { runAll, type RunningOptions } from './run-scenarios.ts';

/**
 * @param plan as JSON; what has a default may be missing
 * @returns all verdicts together
 * @throws RatchetError when the input is bad, or a run cannot begin
 */
export async function replayPlan(plan: PlanInput, options: RunningOptions): Promise<Validity> {
  requireWholeNumbers(options);
  const whole = withOverrides(parsePlan(plan, 'the plan'), options);
  const project = await openProject(options);
  const { runs = DEFAULT_RUNS } = options;
  const tasks = Array.from({ length: runs }, () => ({ plan: whole, expected: undefined }));
  return runAll('replay', tasks, project, options);
}
