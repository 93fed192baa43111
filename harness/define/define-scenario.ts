import { SCENARIO_TAGS } from '../plan/scenario-tags.ts';
import type { Scenario } from '../plan/scenario.ts';
import { requireRangeOfScenario } from './define-range.ts';
import {
  aFunction,
  aListOf,
  aName,
  aNumber,
  aText,
  anObject,
  aValueThat,
  requireFields,
  type Definition,
  type Field,
} from './required-fields.ts';

const SCENARIO: Definition = {
  name: 'scenario',
  fields: {
    name: aName,
    summary: aText,
    parameters: anObject,
    plan: aFunction,
    'explore?': anObject,
    'explore.base?': aFunction,
    'explore.range?': anObject,
    'tags?': aValueThat(`a list of ${SCENARIO_TAGS.join(', ')}`, isTags),
    'mechanism?': aText,
    'evidence?': aListOf('texts'),
    'injects?': aText,
    'breaks?': aListOf('properties'),
    'remedy?': aText,
  },
  hint: 'docs/SCENARIOS.md describes every field',
};

function isTags(value: unknown): boolean {
  const known: readonly unknown[] = SCENARIO_TAGS;
  return Array.isArray(value) && value.every((tag) => known.includes(tag));
}

/**
 * Returns a scenario unchanged, for a file in a folder of scenarios. Its plan and range are checked when they are used.
 * @throws UsageError `scenario-invalid` that names the missing or invalid field
 */
export function defineScenario(scenario: Scenario): Scenario {
  requireFields(scenario, SCENARIO);
  requireFields(scenario, { ...SCENARIO, fields: fieldsOf(scenario.parameters) });
  if (scenario.explore?.range !== undefined) requireRangeOfScenario(scenario.explore.range);
  return scenario;
}

function fieldsOf(parameters: Scenario['parameters']): Definition['fields'] {
  const fields = Object.keys(parameters).flatMap((name): [string, Field][] => [
    [`parameters.${name}`, anObject],
    [`parameters.${name}.description`, aText],
    [`parameters.${name}.default?`, aNumber],
    [`parameters.${name}.min`, aNumber],
    [`parameters.${name}.max`, aNumber],
  ]);
  return Object.fromEntries(fields);
}
