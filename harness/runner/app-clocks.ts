/** The clocks of the application's instances, where the faults of a plan make them wrong. */
import type { AppClock } from '../clock.ts';
import { isRequestFault, kindNamed, timedKind, type TimedFault } from '../faults/fault-registry.ts';
import type { FaultTargets } from '../port/fault-targets.ts';
import type { Plan } from '../plan/plan.ts';

/** One for each instance; `undefined` where no fault needs them, since every look at the date would cost more. */
export function appClocks({ faults, topology }: Plan): AppClock[] | undefined {
  if (faults.every(({ kind }) => kindNamed(kind).subjectNeeds !== 'clock-skew')) return undefined;
  return Array.from({ length: topology.instances }, () => ({ offsetMs: 0 }));
}

/** What `appClock` of the faults' targets does. */
export function clockIn(clocks: readonly AppClock[] | undefined): FaultTargets['appClock'] {
  return (instance) => {
    const clock = clocks?.[instance - 1];
    if (clock === undefined) throw new Error(`instance ${instance} has no clock`);
    return clock;
  };
}

/**
 * Lets the faults of the beginning that are there at the start act on the clocks while the instances start.
 * @returns how to end them: afterwards they start again with the run
 */
export async function applyAtStart(plan: Plan, clocks: readonly AppClock[] | undefined): Promise<() => Promise<void>> {
  // These faults act on clocks alone.
  const targets = { appClock: clockIn(clocks) } as FaultTargets;
  const applied = await Promise.all(
    plan.faults.filter(appliesDuringStart).map((fault) => timedKind(fault).apply(fault, targets)),
  );
  return async () => {
    await Promise.all(applied.map(({ end }) => end()));
  };
}

function appliesDuringStart(fault: Plan['faults'][number]): fault is TimedFault {
  if (isRequestFault(fault) || timedKind(fault).appliesDuringStart !== true) return false;
  return 'at_ms' in fault.from && fault.from.at_ms === 0;
}
