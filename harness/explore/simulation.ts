import type { HistoryEvent } from '../history/event.ts';
import { prepareSimulation } from '../runner/prepare-simulation.ts';
import { simulateRun } from '../runner/simulate-run.ts';
import type { Subject } from '../port/subject.ts';
import type { Simulate } from './trial.ts';

/** The simulation of a subject, for any number of plans. */
export async function simulationOf(subject: Subject): Promise<Simulate> {
  const database = await prepareSimulation(subject);
  return (plan, isEnough) => {
    if (isEnough === undefined) return simulateRun({ plan, subject, database });
    const stopping = new AbortController();
    const onEvent = (event: HistoryEvent): void => {
      if (isEnough(event)) stopping.abort();
    };
    return simulateRun({ plan, subject, database, onEvent, signal: stopping.signal });
  };
}
