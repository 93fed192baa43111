/** Runs one plan in a simulation and judges it. */
import { CHECKER_FAILED } from '../checker/compose.ts';
import { EnvironmentError } from '../errors.ts';
import type { HistoryEvent } from '../history/event.ts';
import { disturbed } from '../plan/disturb.ts';
import type { Plan } from '../plan/plan.ts';
import { judgePlannedRun } from '../runner/judge-planned-run.ts';
import type { RunJudgement } from '../runner/judgement.ts';
import { BLOCKED } from '../simulation/simulate.ts';
import { watchFor, type ViolationWatch } from './violation-watch.ts';
import { findMismatch, type Traced } from './determinism.ts';
import type { RunOutcome } from '../runner/run-plan.ts';

/**
 * Runs a plan, synchronously and in virtual time. Throws only if the run cannot start.
 * @param isEnough stops the run at the first event for which it is true; the run is incomplete then
 */
export type Simulate = (plan: Plan, isEnough?: (event: HistoryEvent) => boolean) => TrialOutcome;

export type TrialOutcome = RunOutcome & Traced;

export interface Trial {
  plan: Plan;
  outcome: TrialOutcome;
  judgement: RunJudgement;
}

export function tryPlan(plan: Plan, simulate: Simulate, isEnough?: ViolationWatch): Trial {
  const outcome = simulateOrFail(plan, simulate, isEnough);
  return { plan, outcome, judgement: judgePlannedRun(outcome.history, plan) };
}

/** A simulation that cannot end throws; a search treats this as an incomplete run. */
function simulateOrFail(plan: Plan, simulate: Simulate, isEnough?: ViolationWatch): TrialOutcome {
  try {
    return isEnough === undefined ? simulate(plan) : simulate(plan, isEnough);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const incomplete = error;
    return { history: { header: undefined, events: [] }, incomplete, notes: [], traceHash: () => incomplete.code };
  }
}

/** The failure of a trial, in words that stay the same while the plan shrinks; `undefined` if it passed. */
export function failureOf({ outcome, judgement }: Trial): Failing | undefined {
  const violated = judgement.verdicts.find(({ valid }) => valid === false);
  if (violated !== undefined) return { kind: 'violation', what: violated.property };
  const { incomplete } = outcome;
  // A run that stalls because it tests nothing is not a failure: `untestedReason` tells it.
  if (incomplete !== undefined && codeOf(incomplete) === 'run-stalled' && judgement.untested !== undefined) return;
  if (incomplete !== undefined) return { kind: 'broken', what: codeOf(incomplete) };
  // An inconclusive verdict on a complete run, e.g. of a run without commits, is not a failure.
  const broken = judgement.verdicts.find(({ reason }) => reason?.startsWith(CHECKER_FAILED));
  return broken === undefined ? undefined : { kind: 'broken', what: `checker of ${broken.property}` };
}

/** Why a trial tested nothing; `undefined` if it tested anything. */
export function untestedReason({ judgement: { untested, verdicts } }: Trial): string | undefined {
  if (untested !== undefined) return untested[0];
  return verdicts.every(({ isNotJudged }) => isNotJudged) ? `nothing was tested: ${verdicts[0]?.reason}` : undefined;
}

export interface Failing {
  /** `broken`: the run is incomplete, or a checker failed. `mismatch`: the second run differed from the first. */
  kind: 'violation' | 'broken' | 'mismatch';
  /** The violated property, the code of the error, or the first event that differs. */
  what: string;
}

/** Whether no other plan needs to be tried: the application blocks the process, which would take as long in each. */
export function isBlocked({ what }: Failing): boolean {
  return what === BLOCKED;
}

/** Whether a plan fails in the same way. Each plan is run once: different cuts, and timings of them, are often the same plan. */
export type FailureTest = (plan: Plan) => boolean;

/** @param isEvidence whether a plan that fails counts */
export function failureTest(
  failing: Failing,
  simulate: Simulate,
  isEvidence: (plan: Plan) => boolean = () => true,
): FailureTest {
  const known = new Map<string, boolean>();
  return (plan) => {
    const text = JSON.stringify(plan);
    const isFailing = known.get(text) ?? (failsLike(failing, plan, simulate) && isEvidence(plan));
    known.set(text, isFailing);
    return isFailing;
  };
}

function failsLike(failing: Failing, plan: Plan, simulate: Simulate): boolean {
  if (failing.kind === 'mismatch') return findMismatch(simulate(plan), simulate(plan)) !== undefined;
  if (failing.kind === 'broken') {
    const found = failureOf(tryPlan(plan, simulate));
    return found?.kind === 'broken' && found.what === failing.what;
  }
  return violates(failing.what, plan, simulate);
}

/** Runs the plan up to the violation, where it can be seen when it happens. */
function violates(property: string, plan: Plan, simulate: Simulate): boolean {
  const judged = { ...plan, properties: [property] };
  const { outcome, judgement } = tryPlan(judged, simulate, watchFor(property));
  if (judgement.valid === false || !isStopped(outcome)) return judgement.valid === false;
  return tryPlan(judged, simulate).judgement.valid === false;
}

function isStopped({ incomplete }: TrialOutcome): boolean {
  return incomplete !== undefined && codeOf(incomplete) === 'interrupted';
}

/** Number of other timings that are tried, to check whether a failure depends on exact timing. */
export const STEADY = 4;

/** The number of other timings under which a plan fails in the same way. */
export function steadiness(fails: FailureTest, plan: Plan): number {
  return timings().filter((number) => fails(disturbed(plan, number))).length;
}

/** Whether a plan fails in the same way, also under at least `atLeast` other timings. */
export function failsSteadily(fails: FailureTest, plan: Plan, atLeast: number): boolean {
  if (!fails(plan)) return false;
  let missing = atLeast;
  let left = STEADY;
  for (const number of timings()) {
    if (missing <= 0 || missing > left) break;
    left -= 1;
    if (fails(disturbed(plan, number))) missing -= 1;
  }
  return missing <= 0;
}

function timings(): number[] {
  return Array.from({ length: STEADY }, (_, at) => at + 1);
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
