import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createModuleLoader } from '../subject/module-loader.ts';
import { branchesOf, codeCoverageOf } from './branch-coverage.ts';
import { countBranches, type ModuleCounts } from './branch-counts.ts';

const folder = mkdtempSync(join(tmpdir(), 'branches-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** The coverage of a TypeScript module after `use` has used it. */
async function coverageOf<Module>(source: string, use: (module: Module) => unknown) {
  const name = `module-${++files}.ts`;
  writeFileSync(join(folder, name), source);
  const counts = countBranches();
  await use(await createModuleLoader(pathToFileURL(`${folder}/`))<Module>(name));
  const { files: all } = codeCoverageOf([counts().filter(({ file }) => file.endsWith(name))]);
  return { ...all[0]!, file: undefined };
}

describe('the coverage of a module', () => {
  it('has the lines of branches that were never taken, in the file of the user', async () => {
    const source = `
      interface Row { progress: number }

      export function shown(row: Row | undefined): number {
        if (row === undefined) {
          return 0;
        }
        for (let at = 0; at < 3; at += 1) {
          row.progress += 1;
        }
        return row.progress > 50 ? 100 : row.progress;
      }`.slice(1);
    const shown = await coverageOf<{ shown(row: object): number }>(source, (module) => module.shown({ progress: 7 }));
    // The function and the body of its loop are taken; the missing row and the end are not.
    expect(shown).toMatchObject({
      taken: 2,
      all: 4,
      never: [
        { from: 5, to: 5 },
        { from: 10, to: 10 },
      ],
    });
  });

  it('counts a function that is never called once, with all that is in it', async () => {
    const source = `
      export const used = (): number => 1;
      export function unused(given: number): number {
        const inner = (): number => 2;
        return given > 1 ? inner() : 3;
      }`.slice(1);
    const found = await coverageOf<{ used(): number }>(source, (module) => module.used());
    expect(found).toMatchObject({ taken: 1, all: 2, never: [{ from: 2, to: 4 }] });
  });
});

describe('branches', () => {
  const counts = (...ranges: [start: number, end: number, count: number][]): ModuleCounts => ({
    file: 'a.ts',
    functions: [[{ start: 0, end: 100, count: 1 }], ranges.map(([start, end, count]) => ({ start, end, count }))],
  });

  it('are taken if any thread takes them', () => {
    const first = counts([10, 90, 5], [20, 30, 0], [40, 50, 0]);
    const second = counts([10, 90, 7], [20, 30, 2], [40, 50, 0]);
    expect(branchesOf([first, second], 100)).toEqual([
      { start: 10, end: 90, isTaken: true },
      { start: 20, end: 30, isTaken: true },
      { start: 40, end: 50, isTaken: false },
    ]);
  });

  it('do not depend on which thread counts what', () => {
    // One thread takes a block each time, so that its counts do not show it; the other takes it sometimes.
    const parts = [counts([10, 90, 5]), counts([10, 90, 7], [20, 60, 2], [30, 40, 1])];
    const together = counts([10, 90, 12], [20, 60, 7], [30, 40, 6]);
    expect(branchesOf(parts, 100)).toEqual(branchesOf([together], 100));
    expect(branchesOf(parts, 100)).toHaveLength(3);
  });

  it('go on after a block in them', () => {
    const found = branchesOf([counts([10, 90, 9], [20, 60, 4], [30, 40, 2])], 100);
    expect(found.map(({ start, end }) => [start, end])).toEqual([
      [10, 90],
      [20, 60],
      [30, 40],
    ]);
  });
});
