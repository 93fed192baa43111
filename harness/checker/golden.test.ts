import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseHistory } from '../history/codec.ts';
import { judge } from './compose.ts';
import type { PropertyName } from './properties.ts';
import type { CheckOptions, Validity } from './verdict.ts';

interface Expectation {
  valid: Validity;
  options?: CheckOptions;
  properties: Record<PropertyName, { valid: Validity; events?: number[][] }>;
}

const folder = new URL('../../fixtures/histories/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, Expectation>;
const files = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));

test('every golden history has a known verdict', () => {
  expect(files.toSorted()).toEqual(Object.keys(expected).toSorted());
});

test.each(Object.entries(expected))('%s gets its expected verdict', (file, { valid, options, properties }) => {
  const history = parseHistory(readFileSync(new URL(file, folder), 'utf8'), file);
  const judgement = judge(history, Object.keys(properties) as PropertyName[], options);
  const found = judgement.verdicts.map((verdict) => {
    const events = verdict.violations.map((violation) => violation.events);
    return [verdict.property, { valid: verdict.valid, ...(events.length > 0 ? { events } : {}) }];
  });
  expect(Object.fromEntries(found)).toEqual(properties);
  expect(judgement.valid).toBe(valid);
});
