import { asColumns } from '../history/columns-builder.ts';
import type { History } from '../history/event.ts';
import type { Plan } from '../plan/plan.ts';
import { findUntested } from './evidence.ts';
import { judgeRun, requireProperties, type RunJudgement } from './judgement.ts';
import { boundsOf } from './promised.ts';

/** Judges a run by the properties and bounds of its plan, and by whether it tested what the plan is about. */
export function judgePlannedRun(history: History, plan: Plan): RunJudgement {
  const columns = asColumns(history);
  return judgeRun(columns, requireProperties(plan.properties), boundsOf(plan), findUntested(columns, plan));
}
