/** A choice: one point of a run at which a plan can deviate, and the deviation. */
import { planOfVariation } from '../../plan/arbitraries/variation.ts';
import type { Deviation, DeviationKind } from '../../plan/deviations.ts';
import type { Allowance, GenerationPlan, Plan } from '../../plan/plan.ts';

/** The names of deviations, and those that only an enumeration has. */
export type ChoiceKind =
  | DeviationKind
  /** Several requests of an actor in a row are lost. */
  | 'http-burst'
  /** A worker ends its generation early. */
  | 'ending';

export interface Change {
  deviations: readonly Deviation[];
  /** Replaces the end of a generation. */
  ending?: Pick<GenerationPlan, 'worker' | 'steps' | 'outcome'>;
}

export interface Choice {
  kind: ChoiceKind;
  /** When it can first change the run, in nanoseconds. */
  fire: number;
  /** What it acts on: two choices with a common slot are not combined. */
  slots: readonly string[];
  change: Change;
}

/** The same for the same change; orders the choices of one time. */
export function idOf({ change }: Pick<Choice, 'change'>): string {
  return JSON.stringify(change);
}

export function applyChange(plan: Plan, { deviations, ending }: Change): Plan {
  const { allows, ...changed } = planOfVariation({ base: plan, deviations });
  const properties = deviations.some(({ kind }) => kind === 'forget') ? withoutReads(plan.properties) : plan.properties;
  const generations =
    ending === undefined
      ? changed.generations
      : changed.generations.map((each) => (each.worker === ending.worker ? { ...each, ...ending } : each));
  return { ...changed, properties, generations, allows: [...new Set([...allows, ...CAUSED])] };
}

/** If workers may give up, it may be that no row is written; and a tab may be cut off, while others are shown values. */
const CAUSED: readonly Allowance[] = ['no-commits', 'observer-not-shown'];

/** Only an application that reads from the primary satisfies it for a tab that does not send what it has seen. */
function withoutReads(properties: readonly string[]): string[] {
  return properties.filter((property) => property !== 'monotonic-reads');
}

/**
 * Whether a choice of a run with deviation `first` may be its second one: it comes later, so that each pair is combined
 * once, and acts on something else.
 */
export function follows(second: Choice, first: Choice): boolean {
  if (second.fire < first.fire) return false;
  if (second.fire === first.fire && idOf(second) <= idOf(first)) return false;
  return !second.slots.some((slot) => first.slots.includes(slot));
}
