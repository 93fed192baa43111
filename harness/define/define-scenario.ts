import type { Scenario } from '../plan/scenario.ts';
import { requireRangeOfScenario } from './define-range.ts';
import {
  aFunction,
  aName,
  aNumber,
  aText,
  anObject,
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
  },
  hint: 'docs/SCENARIOS.md describes every field',
};

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
