import { expect, it } from 'vitest';
import { foldValidity } from './verdict.ts';

it.each([
  [[], true],
  [[true, true], true],
  [[true, 'unknown'], 'unknown'],
  [['unknown', true, false], false],
  [[false, 'unknown'], false],
] as const)('%j together are %s', (validities, together) => {
  expect(foldValidity(validities)).toBe(together);
});
