/** The space that is explored: the range of a scenario, or the plan space. */
import type { Arbitrary } from 'fast-check';
import { subjectCapabilityFor } from '../faults/fault-registry.ts';
import { PLAN_SPACE, planSpace, scenarioVariations, type Variation } from '../plan/arbitraries.ts';
import { deviationKinds, ordinaryKinds, type DeviationKind } from '../plan/deviations.ts';
import type { Range } from '../plan/range.ts';
import { parametersOf, planOf, type Scenario } from '../plan/scenario.ts';
import type { Catalogue } from '../runner/catalogue.ts';
import { expectedOfRange } from '../runner/expectation.ts';
import { capabilitiesOf, missingRerun } from '../runner/requirements.ts';
import type { Subject } from '../port/subject.ts';

export interface Space {
  name: string;
  variations: Arbitrary<Variation>;
  /** Whether the subject is expected to satisfy the properties under every plan. */
  expected: boolean | undefined;
}

/** @throws UsageError for an unknown scenario or parameter */
export async function loadSpace(
  catalogue: Pick<Catalogue, 'loadScenario'>,
  name: string,
  set: Readonly<Record<string, string>>,
  subject: Subject,
): Promise<Space> {
  return spaceOf(name === PLAN_SPACE ? {} : await catalogue.loadScenario(name), set, subject);
}

/** @throws UsageError for an unknown parameter or kind of deviation */
export function spaceOf(range: Scenario | Range, set: Readonly<Record<string, string>>, subject: Subject): Space {
  const name = isScenario(range) ? range.name : PLAN_SPACE;
  return { name, variations: variationsOf(range, set, subject), expected: expectedOfRange(subject, name) };
}

export function isScenario(range: Scenario | Range): range is Scenario {
  return 'plan' in range;
}

/** The variations of a range. By default it has all deviations of its kind for which the subject has the capabilities. */
function variationsOf(
  range: Scenario | Range,
  set: Readonly<Record<string, string>>,
  subject: Subject,
): Arbitrary<Variation> {
  const capabilities = capabilitiesOf(subject);
  const isPossible = (kind: DeviationKind): boolean => {
    const needed = kind === 'rerun' ? 'story-rerun' : subjectCapabilityFor(kind);
    return needed === undefined || capabilities.includes(needed);
  };
  const possible = (isScenario(range) ? ordinaryKinds : deviationKinds).filter(isPossible);
  const canRerun = capabilities.includes('story-rerun');
  const drawn = ({ deviations = possible, ...limits }: Range): Range => ({
    ...limits,
    deviations: canRerun ? deviations : deviations.filter((kind) => kind !== 'rerun'),
  });
  // Only a range that names promotions has them in most plans.
  if (!isScenario(range)) {
    const named = range.deviations === undefined ? range : drawn(range);
    return planSpace(canRerun ? named : { ...named, generationsMax: 1 }, possible);
  }
  const { explore } = range;
  const limited: Scenario = { ...range, explore: { ...explore, range: drawn(explore?.range ?? {}) } };
  const parameters = parametersOf(range, set);
  const missing = missingRerun(planOf({ ...range, plan: explore?.base ?? range.plan }, 0, parameters), subject);
  if (missing !== undefined) throw missing;
  return scenarioVariations(limited, parameters);
}
