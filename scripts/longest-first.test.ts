import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { inOrder, LONG_FILES } from './longest-first.ts';

it('every long file exists', () => {
  const missing = Object.keys(LONG_FILES).filter(
    (path) => !existsSync(fileURLToPath(new URL(`../${path}`, import.meta.url))),
  );
  expect(missing).toEqual([]);
});

it('long files begin before large ones, and large ones before small ones', () => {
  const [long, ...others] = Object.keys(LONG_FILES);
  const files = [
    { path: 'small.test.ts', bytes: 1 },
    { path: 'large.test.ts', bytes: 1_000_000 },
    { path: others.at(-1)!, bytes: 2 },
    { path: long!, bytes: 3 },
  ];
  const sorted = inOrder(files, (file) => file).map(({ path }) => path);
  expect(sorted).toEqual([long, others.at(-1), 'large.test.ts', 'small.test.ts']);
});
