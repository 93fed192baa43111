/** The clocks of the application's instances, which faults of a plan can make wrong. */
import type { AppClock } from '../clock.ts';
import { isRequestFault, kindNamed, timedKind, type TimedFault } from '../faults/fault-registry.ts';
import type { FaultTargets } from '../port/fault-targets.ts';
import type { Plan } from '../plan/plan.ts';

/** One for each instance; `undefined` if no fault needs them, since they make every read of the date slower. */
export function appClocks({ faults, topology }: Plan): AppClock[] | undefined {
  if (faults.every(({ kind }) => kindNamed(kind).subjectNeeds !== 'clock-skew')) return undefined;
  return Array.from({ length: topology.instances }, () => ({ offsetMs: 0 }));
}

/** Implements `appClock` of the fault targets. */
export function clockIn(clocks: readonly AppClock[] | undefined): FaultTargets['appClock'] {
  return (instance) => {
    const clock = clocks?.[instance - 1];
    if (clock === undefined) throw new Error(`instance ${instance} has no clock`);
    return clock;
  };
}

/**
 * Applies the clock faults that start at 0 ms while the instances start.
 * @returns a function that ends them; the nemesis starts them again with the run
 */
export async function applyAtStart(plan: Plan, clocks: readonly AppClock[] | undefined): Promise<() => Promise<void>> {
  // These faults act only on clocks.
  const targets = { appClock: clockIn(clocks) } as FaultTargets;
  const applied = await Promise.all(
    plan.faults.filter(appliesAtStart).map((fault) => timedKind(fault).inflict(fault, targets)),
  );
  return async () => {
    await Promise.all(applied.map(({ end }) => end()));
  };
}

function appliesAtStart(fault: Plan['faults'][number]): fault is TimedFault {
  if (isRequestFault(fault) || timedKind(fault).appliesDuringStart !== true) return false;
  return 'at_ms' in fault.from && fault.from.at_ms === 0;
}
