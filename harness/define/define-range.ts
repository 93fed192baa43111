import type { Range } from '../plan/range.ts';
import { aFlag, aListOf, aNumber, requireFields, type Definition } from './required-fields.ts';

const RANGE: Definition = {
  name: 'range',
  fields: {
    'deviations?': aListOf('kinds of deviations'),
    'deviationsMax?': aNumber,
    'lagMsMax?': aNumber,
    'delayMsMax?': aNumber,
    'routings?': aListOf('routings'),
    'replicasMax?': aNumber,
    'instancesMax?': aNumber,
    'storiesMax?': aNumber,
    'generationsMax?': aNumber,
    'generationsOverlap?': aFlag,
    'equalSteps?': aFlag,
    'outcomes?': aListOf('outcomes of generations'),
    'tabsMax?': aNumber,
  },
  isClosed: true,
  hint: 'docs/EXPLORE.md describes every field of a range',
};

/** @throws UsageError `range-invalid` that names the invalid or unknown field */
export function requireRange(range: Range): Range {
  requireFields(range, RANGE);
  return range;
}

/** @throws UsageError `scenario-invalid` that names the invalid or unknown field */
export function requireRangeOfScenario(range: Range): void {
  requireFields(range, { ...RANGE, name: 'scenario.explore.range', code: 'scenario-invalid' });
}
