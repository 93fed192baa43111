import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { CodeCoverage } from '../port/code-coverage.ts';
import type { JudgedExploration } from '../port/reporter.ts';
import { exploreRanges } from './explore-ranges.ts';

const folder = fileURLToPath(new URL('../../', import.meta.url));
const report = mkdtempSync(join(tmpdir(), 'reports-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));

async function codeOf(options: { workers: number; coverage?: boolean }): Promise<CodeCoverage | undefined> {
  let explored: JudgedExploration | undefined;
  const reporter = { explored: (exploration: JudgedExploration) => void (explored = exploration) };
  await exploreRanges({
    folder,
    subject: 'guarded',
    ranges: ['lagging-replica'],
    runs: 100,
    report,
    reporter,
    ...options,
  });
  expect(explored!.record['code']).toEqual(explored!.code);
  return explored!.code;
}

it('the coverage of code does not depend on the number of threads, and is of the application alone', async () => {
  const one = await codeOf({ workers: 1, coverage: true });
  expect(await codeOf({ workers: 2, coverage: true })).toEqual(one);
  expect(one!.files.some(({ taken }) => taken > 0)).toBe(true);
  for (const { file, taken, all, never } of one!.files) {
    expect(file).toMatch(/^fixtures\/(?:remedies|story-app|subjects)\//);
    expect(all).toBeGreaterThanOrEqual(taken + never.length);
  }
});

it('code is not counted unless that is asked for', async () => {
  expect(await codeOf({ workers: 1 })).toBeUndefined();
});
