/** Refuses, by name, a plan that needs what a backend or a subject cannot do, or names what nobody judges. */
import type { Backend } from '../backend/backend.ts';
import { UsageError } from '../errors.ts';
import { requiredCapability } from '../nemesis/faults.ts';
import type { Plan } from '../plan/plan.ts';
import type { Subject } from '../subject/subject.ts';
import { requireProperties } from './judgement.ts';

/** @throws UsageError */
export function requireSupport(plan: Plan, backend: Backend, subject: Subject): void {
  requireProperties(plan.properties);
  const lack = lackOf(plan, backend, subject);
  if (lack !== undefined) throw lack;
}

/** What the plan needs and is not there. */
export function lackOf(plan: Plan, backend: Backend, subject: Subject): UsageError | undefined {
  if (plan.topology.replicas > 0 && !backend.capabilities.has('replicas')) {
    return unsupported(backend, 'topology.replicas', 'replicas');
  }
  for (const [at, fault] of plan.faults.entries()) {
    const where = `faults.${at} (${fault.kind})`;
    const capability = requiredCapability(fault);
    if (capability === 'clock-skew') {
      if (subject.hasClocks !== true) return withoutClocks(subject, where);
    } else if (!backend.capabilities.has(capability)) return unsupported(backend, where, capability);
  }
  return undefined;
}

function unsupported(backend: Backend, where: string, capability: string): UsageError {
  return new UsageError(
    'plan-unsupported',
    `the backend ${backend.name} cannot do what ${where} of the plan needs: ${capability}`,
    `it can do: ${[...backend.capabilities].join(', ')}`,
  );
}

function withoutClocks(subject: Subject, where: string): UsageError {
  return new UsageError(
    'plan-unsupported',
    `the subject ${subject.name} cannot do what ${where} of the plan needs: clock-skew`,
    'only the instances of a subject of modules have clocks of their own',
  );
}
