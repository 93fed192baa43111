/** What a search has tried: which kinds of deviations, and in which phases of the application each of them applied. */
import { isRequestFault, type Fault } from '../faults/fault-registry.ts';
import { kindOf, type Deviation, type DeviationKind } from '../plan/deviations.ts';
import type { Moment } from '../plan/moment.ts';
import type { GenerationPlan, Plan } from '../plan/plan.ts';

/** How often each kind of deviation was tried. */
export type Coverage = Partial<Record<DeviationKind, number>>;

/**
 * Where in the life of a story a deviation applies: from the start of the run, or in a step of its first generation, or
 * in a later generation; `first`, `between` and `last` are steps.
 */
export const PHASES = ['start', 'first', 'between', 'last', 'later'] as const;
export type Phase = (typeof PHASES)[number];

/** A kind of deviation and a phase: `outage/last`. */
export type Pair = `${DeviationKind}/${Phase}`;

export function pairsOf(base: Plan, deviations: readonly Deviation[]): Pair[] {
  return deviations.map((deviation): Pair => `${kindOf(deviation)}/${phaseOf(base, deviation)}`);
}

function phaseOf(plan: Plan, deviation: Deviation): Phase {
  switch (deviation.kind) {
    case 'fault':
      return phaseOfFault(plan, deviation.fault);
    case 'stall':
    case 'step-error':
      return phaseOfStep(plan, generationOf(plan, deviation.worker), deviation.step);
    case 'rerun':
      return phaseOfMoment(plan, deviation.generation.start);
    case 'tab':
      return phaseOfMoment(plan, deviation.observer.start);
    default:
      return 'start';
  }
}

function phaseOfFault(plan: Plan, fault: Fault): Phase {
  if (!isRequestFault(fault)) {
    if (fault.kind === 'lag' && fault.mode === 'exact')
      return phaseOfMoment(plan, { after: { f: 'commit', ...fault.hold_at }, plus_ms: 0 });
    const { from } = fault;
    return phaseOfMoment(plan, 'until' in fault && fault.until !== undefined && 'at_ms' in from ? fault.until : from);
  }
  const { actor, nth = 1 } = fault.match;
  const generation = generationOf(plan, actor);
  if (generation !== undefined) return phaseOfStep(plan, generation, nth);
  // The polls of a tab: how far the story is by then is known only in the run.
  return nth === 1 ? 'start' : nth <= 3 ? 'first' : nth <= 8 ? 'between' : 'last';
}

function phaseOfMoment(plan: Plan, moment: Moment): Phase {
  if ('at_ms' in moment || Array.isArray(moment.after)) return 'start';
  const { key, generation = 1, progress } = moment.after;
  const own = plan.generations.filter(({ story }) => story === key);
  const at = own[generation - 1];
  const step = 1 + (at?.steps.findIndex((each) => each.progress === progress) ?? -1);
  return phaseOfStep(plan, at, step);
}

function phaseOfStep(plan: Plan, generation: GenerationPlan | undefined, step: number): Phase {
  if (generation === undefined) return 'start';
  const isLater = plan.generations.find(({ story }) => story === generation.story) !== generation;
  if (isLater) return 'later';
  if (step >= generation.steps.length) return 'last';
  return step <= 1 ? 'first' : 'between';
}

function generationOf({ generations }: Plan, worker: string): GenerationPlan | undefined {
  return generations.find((each) => each.worker === worker);
}
