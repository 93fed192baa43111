import { simulateRun } from '../runner/simulate-run.ts';
import type { Subject } from '../port/subject.ts';
import type { Simulate } from './trial.ts';

/** The simulation of a subject, for any number of plans. */
export function simulationOf(subject: Subject): Simulate {
  return (plan) => simulateRun({ plan, subject });
}
