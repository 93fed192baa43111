import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { subject as guarded } from '../../fixtures/subjects/guarded/subject.ts';
import { subject as legacy } from '../../fixtures/subjects/legacy/subject.ts';
import { matrix } from '../index.ts';
import { EnvironmentError } from '../errors.ts';
import type { Subject } from '../port/subject.ts';
import { matrixMarkdown, matrixText } from '../report/matrix-text.ts';
import { plainPalette } from '../report/palette.ts';

const report = mkdtempSync(join(tmpdir(), 'ratchet-matrix-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));
const folder = fileURLToPath(new URL('../..', import.meta.url));
const options = { backend: 'simulated', folder, report } as const;

it('has a cell for each scenario and subject, with the shortest counterexample and the costs', async () => {
  const scenarios = ['racing-writers', 'restart'];
  const results = await matrix({ ...options, scenarios, subjects: ['legacy', guarded], runs: 2 });
  expect(results).toMatchObject({ valid: true, scenarios, subjects: ['legacy', 'guarded'], leftOut: [] });
  expect(results.cells.map(({ scenario, subject, valid }) => [scenario, subject, valid])).toEqual([
    ['racing-writers', 'legacy', false],
    ['restart', 'legacy', true],
    ['racing-writers', 'guarded', true],
    ['restart', 'guarded', true],
  ]);
  expect(results.cells[0]).toMatchObject({
    isAsExpected: true,
    runs: 2,
    agreeing: 2,
    violated: expect.arrayContaining(['monotonic-commits']),
    counterexample: { sentence: expect.stringContaining('story-1'), replay: expect.stringContaining('ratchet replay') },
  });
  expect(results.costs['guarded']!.requestsPerPoll).toBeGreaterThanOrEqual(1);
  const text = matrixText(results, plainPalette);
  expect(text).toMatch(/^racing-writers +✗ +✓$/m);
  expect(text).toMatch(/^requests per poll +1\.00 /m);
});

it('is false where a verdict differs from what the subject declares, and says which', async () => {
  const subject = { ...legacy, withstands: { 'racing-writers': true, restart: false } };
  const results = await matrix({ ...options, scenarios: ['racing-writers', 'restart'], subjects: [subject] });
  expect(results.valid).toBe(false);
  const text = matrixText(results, plainPalette);
  expect(text).toContain('✗ racing-writers · legacy  expected to hold');
  expect(text).toContain('✓ restart · legacy  expected to be violated');
  expect(text).toMatch(/^restart +✓ !$/m);
});

it('says of a cell how many of its runs were violated, if not all were', async () => {
  let isStuck = false;
  const subject: Subject = {
    ...guarded,
    createInstance(environment) {
      isStuck = !isStuck;
      return guarded.createInstance(environment);
    },
    // In every other run pages show no more than 10%.
    frontEnd: {
      ...guarded.frontEnd,
      display:
        () =>
        ({ progress }) =>
          !isStuck || progress <= 10,
    },
  };
  const results = await matrix({ ...options, scenarios: ['late-event'], subjects: [subject], runs: 4 });
  expect(results.cells[0]).toMatchObject({ valid: false, runs: 4, agreeing: 2 });
  expect(matrixText(results, plainPalette)).toContain('✗ late-event · guarded  in 2 of 4 runs  expected to hold');
});

it('is false where a subject that declares nothing is violated', async () => {
  const { withstands: _, ...subject } = legacy;
  const results = await matrix({ ...options, scenarios: ['racing-writers'], subjects: [subject] });
  expect(results.valid).toBe(false);
  expect(matrixText(results, plainPalette)).toMatch(/^racing-writers +✗$/m);
});

it('leaves out what a subject cannot run', async () => {
  const { generation: _, ...tracked } = legacy.tracked;
  const results = await matrix({
    ...options,
    scenarios: ['restart', 'late-event'],
    subjects: [{ ...legacy, tracked }],
  });
  expect(results.leftOut).toMatchObject([{ scenario: 'restart', subject: 'legacy' }]);
  expect(results.scenarios).toEqual(['late-event']);
});

it('is unknown for a subject that tests nothing', async () => {
  const subject = { ...legacy, readStatus: () => undefined, withstands: {} };
  const results = await matrix({ ...options, scenarios: ['lagging-replica'], subjects: [subject] });
  expect(results.valid).toBe('unknown');
  expect(results.cells[0]?.reason).toMatch(/nothing was tested/);
});

it('leaves out a subject that the backend cannot run at all, unless it is named', async () => {
  const results = await matrix({ ...options, scenarios: ['racing-writers'] });
  expect(results.valid).toBe(true);
  expect(results.subjects).toContain('legacy');
  expect(results.subjects).not.toContain('next-app');
  expect(results.leftOut).toContainEqual({ subject: 'next-app', reason: expect.stringContaining('is a server') });
  expect(matrixText(results, plainPalette)).toContain('left out: next-app: the subject next-app is a server');
  await expect(matrix({ ...options, scenarios: ['racing-writers'], subjects: ['next-app'] })).rejects.toThrow('server');
});

it('keeps what other subjects show where one does not start, and is unknown', async () => {
  const broken: Subject = {
    ...legacy,
    name: 'broken',
    createInstance: () =>
      Promise.reject(
        new EnvironmentError('command-failed', 'node server.js did not start\nno such module', 'build it'),
      ),
  };
  const chosen = { ...options, scenarios: ['racing-writers'] };
  const results = await matrix({ ...chosen, subjects: [broken, guarded] });
  const reason = 'node server.js did not start';
  expect(results).toMatchObject({
    valid: 'unknown',
    subjects: ['broken', 'guarded'],
    failed: [{ subject: 'broken', reason, details: ['no such module', 'build it'] }],
    cells: [{ subject: 'guarded', valid: true }],
  });
  const lines = matrixText(results, plainPalette).split('\n');
  expect(lines.slice(lines.indexOf(`? broken was stopped: ${reason}`) + 1)).toEqual([
    '  | no such module',
    '  | build it',
  ]);
  expect(matrixMarkdown(results)).toContain(`? broken was stopped: ${reason}`);
  await expect(matrix({ ...chosen, subjects: [broken] })).rejects.toThrow(reason);
  await expect(matrix({ ...chosen, subjects: [broken, { ...broken, name: 'too' }] })).rejects.toThrow(reason);
});

it('refuses a project without subjects', async () => {
  await expect(matrix({ ...options, folder: tmpdir() })).rejects.toThrow('there are no subjects to compare');
});

it('is true of the gate where the baseline has every violation that is not declared', async () => {
  const { withstands: _, ...subject } = legacy;
  const baseline = join(report, 'known.json');
  const chosen = { ...options, scenarios: ['racing-writers', 'restart'], subjects: [subject] };
  await matrix({ ...chosen, baseline, updateBaseline: true });
  const results = await matrix({ ...chosen, baseline, seed: 4 });
  expect(results).toMatchObject({ valid: false, baseline: { valid: true, known: 1, fresh: 0, vanished: [] } });
  expect(results.cells[0]).toMatchObject({ isAsExpected: false, isKnown: true });
  expect(matrixText(results, plainPalette)).toContain('✗ racing-writers · legacy  known  ');
});

it('is false as soon as a limit of failures is reached, and runs nothing after it', async () => {
  const { withstands: _, ...subject } = legacy;
  const subjects = [subject, guarded];
  const results = await matrix({ ...options, scenarios: ['racing-writers', 'restart'], subjects, maxFailures: 1 });
  expect([results.valid, results.cells.length]).toEqual([false, 1]);
});
