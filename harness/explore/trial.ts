/** One plan, tried in a simulation and judged. */
import { CHECKER_FAILED, type Judgement } from '../checker/compose.ts';
import { EnvironmentError } from '../errors.ts';
import { disturbed } from '../plan/disturb.ts';
import type { Plan } from '../plan/plan.ts';
import { judgeRun, requireProperties } from '../runner/judgement.ts';
import { findMismatch, type Traced } from './determinism.ts';
import type { RunOutcome } from '../runner/run-plan.ts';

/** Runs a plan to its end, at once and in virtual time. Throws only where a run could not begin. */
export type Simulate = (plan: Plan) => TrialOutcome;

export type TrialOutcome = RunOutcome & Traced;

export interface Trial {
  plan: Plan;
  outcome: TrialOutcome;
  judgement: Judgement;
}

export function tryPlan(plan: Plan, simulate: Simulate): Trial {
  const outcome = wholeOrBroken(plan, simulate);
  const convergeWithinMs = plan.bounds.converge_within_ms;
  const options = convergeWithinMs === undefined ? {} : { convergeWithinMs };
  return { plan, outcome, judgement: judgeRun(outcome.history, requireProperties(plan.properties), options) };
}

/** A simulation that can never end throws: for a search that is one more way in which a plan goes wrong. */
function wholeOrBroken(plan: Plan, simulate: Simulate): TrialOutcome {
  try {
    return simulate(plan);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const incomplete = error;
    return { history: { header: undefined, events: [] }, incomplete, notes: [], traceHash: () => incomplete.code };
  }
}

/** What went wrong, in words that stay the same while a plan shrinks; `undefined`: nothing did. */
export function failureOf({ outcome, judgement }: Trial): Failing | undefined {
  const violated = judgement.verdicts.find(({ valid }) => valid === false);
  if (violated !== undefined) return { kind: 'violation', what: violated.property };
  if (outcome.incomplete !== undefined) return { kind: 'broken', what: codeOf(outcome.incomplete) };
  // A whole run of which a property cannot say anything, e.g. without a single commit, is nothing that goes wrong.
  const broken = judgement.verdicts.find(({ reason }) => reason?.startsWith(CHECKER_FAILED));
  return broken === undefined ? undefined : { kind: 'broken', what: `checker of ${broken.property}` };
}

export interface Failing {
  /** `broken`: the run is not whole, or a checker could not judge it. `mismatch`: it was another one the second time. */
  kind: 'violation' | 'broken' | 'mismatch';
  /** The property that is violated, the code of what broke, or the first event that differs. */
  what: string;
}

/** Whether a plan goes wrong in just this way. */
function failsLike(failing: Failing, plan: Plan, simulate: Simulate): boolean {
  if (failing.kind === 'mismatch') return findMismatch(simulate(plan), simulate(plan)) !== undefined;
  if (failing.kind === 'broken') {
    const found = failureOf(tryPlan(plan, simulate));
    return found?.kind === 'broken' && found.what === failing.what;
  }
  const { judgement } = tryPlan({ ...plan, properties: [failing.what] }, simulate);
  return judgement.valid === false;
}

/** So many other timings are tried to see whether a plan fails by more than its exact timing. */
const DISTURBANCES = 4;

/** Under how many other timings a plan goes wrong in just this way too. */
export function steadiness(failing: Failing, plan: Plan, simulate: Simulate): number {
  return timings().filter((number) => failsLike(failing, disturbed(plan, number), simulate)).length;
}

/** Whether a plan goes wrong in just this way, and under at least as many other timings. */
export function failsSteadily(failing: Failing, plan: Plan, simulate: Simulate, atLeast: number): boolean {
  if (!failsLike(failing, plan, simulate)) return false;
  let missing = atLeast;
  let left = DISTURBANCES;
  for (const number of timings()) {
    if (missing <= 0 || missing > left) break;
    left -= 1;
    if (failsLike(failing, disturbed(plan, number), simulate)) missing -= 1;
  }
  return missing <= 0;
}

function timings(): number[] {
  return Array.from({ length: DISTURBANCES }, (_, at) => at + 1);
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
