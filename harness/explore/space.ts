/** What is explored, by name: the range of a scenario, or the whole plan space. */
import type { Arbitrary } from 'fast-check';
import { PLAN_SPACE, planSpace, scenarioVariations, type Variation } from '../plan/arbitraries.ts';
import { parametersOf } from '../plan/scenario.ts';
import type { Catalogue } from '../runner/catalogue.ts';

export interface Space {
  name: string;
  variations: Arbitrary<Variation>;
  /** Subject → whether every plan keeps the properties, where theory says so. */
  expect: Readonly<Record<string, boolean>>;
}

/** @throws UsageError for an unknown scenario or parameter */
export async function loadSpace(
  catalogue: Pick<Catalogue, 'loadScenario'>,
  name: string,
  set: Readonly<Record<string, string>>,
): Promise<Space> {
  if (name === PLAN_SPACE) return { name, variations: planSpace(), expect: {} };
  const scenario = await catalogue.loadScenario(name);
  const variations = scenarioVariations(scenario, parametersOf(scenario, set));
  return { name, variations, expect: scenario.explore?.expect ?? {} };
}
