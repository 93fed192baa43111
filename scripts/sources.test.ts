/** What no linter counts: how often the harness asserts what its types do not say, and whether its files have names. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('harness/**/*.ts', { cwd: root }).filter(
  (file) => !/\.(test|case|test-support)\.ts$/.test(file),
);

/** `value!`; neither `!value` nor a field that is declared with `!`. */
function nonNullAssertionsIn(text: string): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isNonNullExpression(node)) count += 1;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest));
  return count;
}

/** Of names that stand more than once, the files that have them. `index.ts` is the face of its folder. */
function sharingNames(paths: readonly string[]): string[][] {
  const byName = Object.groupBy(paths, (path) => basename(path));
  return Object.entries(byName).flatMap(([name, same = []]) => (same.length > 1 && name !== 'index.ts' ? [same] : []));
}

describe('the product files of the harness', () => {
  it('are found', () => {
    expect(files).toContain(join('harness', 'index.ts'));
    expect(files.length).toBeGreaterThan(200);
  });

  it('have no more than 3 non-null assertions in 1,000 lines', () => {
    const counts = files.map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return { file, lines: text.split('\n').length, count: text.includes('!') ? nonNullAssertionsIn(text) : 0 };
    });
    const sum = (of: (each: (typeof counts)[number]) => number): number =>
      counts.reduce((total, each) => total + of(each), 0);
    const most = counts.toSorted((a, b) => b.count - a.count).slice(0, 10);
    const told = most.map(({ file, count }) => `${file}: ${count}`).join('\n');
    expect((sum(({ count }) => count) / sum(({ lines }) => lines)) * 1_000, told).toBeLessThanOrEqual(3);
  });

  it('have names of their own', () => {
    expect(sharingNames(files)).toEqual([]);
  });
});

it('a non-null assertion is told from other exclamation marks', () => {
  expect(nonNullAssertionsIn('const a = b!.c[0]! + (!d ? 1 : 2); // e!\nclass F { g!: number; h = "i!" }')).toBe(2);
});

it('names are compared without their folders', () => {
  expect(sharingNames(['a/one.ts', 'b/one.ts', 'b/two.ts', 'a/index.ts', 'b/index.ts'])).toEqual([
    ['a/one.ts', 'b/one.ts'],
  ]);
});
