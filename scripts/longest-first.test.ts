import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { inOrder, LONG_FILES } from './longest-first.ts';

const sorted = (files: readonly [path: string, bytes: number][]): string[] =>
  inOrder(files, ([path, bytes]) => ({ path, bytes })).map(([path]) => path);

it('every long file exists', () => {
  const missing = Object.keys(LONG_FILES).filter(
    (path) => !existsSync(fileURLToPath(new URL(`../${path}`, import.meta.url))),
  );
  expect(missing).toEqual([]);
});

it('long files begin before large ones, and large ones before small ones', () => {
  const files = [
    ['small.test.ts', 1],
    ['large.test.ts', 1_000_000],
    ['scenarios/exhaustive.test.ts', 2],
    ['scenarios/theory.property.test.ts', 3],
  ] as const;
  expect(sorted(files.map(([path, bytes]) => [path, bytes]))).toEqual([
    'scenarios/theory.property.test.ts',
    'scenarios/exhaustive.test.ts',
    'large.test.ts',
    'small.test.ts',
  ]);
});

it('files that wait begin among those that compute, from first to last', () => {
  const computing = Array.from({ length: 6 }, (_, at): [string, number] => [`c${at}.test.ts`, 6 - at]);
  const waiting = Array.from({ length: 3 }, (_, at): [string, number] => [`w${at}.embedded.test.ts`, 3 - at]);
  const kinds = sorted([...computing, ...waiting]).map((path) => path.at(0));
  expect(kinds.join('')).toBe('wccwccwcc');
});
