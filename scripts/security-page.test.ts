/** Each line of the threat model names the tests that hold it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8');
const TEST = /`([\w/.-]+\.test\.ts)`: ([^;|)]+)/g;

/** Protected asset → the tests of its line, as written in the last column. */
const lines = [...page.matchAll(/^\| (?!-|protected)([^|]+) \|.*\| ([^|]+) \|$/gm)].map(([, what, tests]) => ({
  what: what!,
  tests: [...tests!.matchAll(TEST)].map(([, file, name]) => ({ file: file!, name: name!.trim() })),
}));

it('every line of the threat model is held by a test', () => {
  expect(lines.length).toBeGreaterThan(12);
  expect(lines.filter(({ tests }) => tests.length === 0)).toEqual([]);
});

it('every test that is named exists', () => {
  const named = [...page.matchAll(TEST)].map(([, file, name]) => ({
    file: file!,
    name: name!.trim().replaceAll('\n', ' '),
  }));
  expect(named.length).toBeGreaterThanOrEqual(lines.length);
  const missing = named.filter(
    ({ file, name }) => !existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(name),
  );
  expect(missing).toEqual([]);
});
