import type { Plan } from '../plan/plan.ts';

/** Whether a tab of the plan has a stream. */
export function hasStreams({ observers }: Pick<Plan, 'observers'>): boolean {
  return observers.some(({ channel }) => channel !== 'poll');
}
