import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { subject as legacy } from '../../fixtures/subjects/legacy/subject.ts';
import { limitSentence, limitText } from '../report/limit-text.ts';
import { plainPalette } from '../report/palette.ts';
import { limitSvg } from '../report/svg/limit-svg.ts';
import { findLimit, type LimitOptions } from './find-limit.ts';

const report = mkdtempSync(join(tmpdir(), 'ratchet-limit-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));
const folder = fileURLToPath(new URL('../..', import.meta.url));

const limitOf = (options: Partial<LimitOptions>): ReturnType<typeof findLimit> =>
  findLimit({ scenario: 'lagging-replica', vary: 'lag_ms', backend: 'simulated', folder, report, runs: 4, ...options });

describe('a subject that retries', () => {
  it('holds for as long as its retries last', async () => {
    const results = await limitOf({ subject: 'workspace-fix' });
    // 400 + 800 + 1600 ms, and the requests themselves.
    expect(results.limit).toMatchObject({ holds: 'below' });
    const { value, interval } = results.limit!;
    expect([value > 2_800, value < 2_950]).toEqual([true, true]);
    expect(interval[0] <= value && value <= interval[1]).toBe(true);
    expect(results.points.map((point) => point.value)).toEqual(
      results.points.map((point) => point.value).toSorted((a, b) => a - b),
    );
    expect(results.runs).toBe(results.points.length * 4);
    expect(limitSentence(results, 'workspace-fix')).toMatch(
      /^workspace-fix holds under lagging-replica while lag_ms is below 2,\d{3} \(95%: 2,\d{3} to 2,\d{3}; \d+ runs\)$/,
    );
    expect(limitText(results, 'workspace-fix', plainPalette)).toMatch(/^ +60,000 {2}░{20} {2}0 of 4$/m);
    expect(limitSvg(results, '<fix>')).toContain('runs in which &lt;fix&gt; holds');
  });
});

it('finds a limit between two ends at which a subject holds', async () => {
  // Without a window, no poll reaches the primary before the replica holds; the lag ends before a long window does.
  const results = await limitOf({ scenario: 'sticky-window', vary: 'sticky_ms', subject: 'legacy', to: 20_000 });
  expect(results.limit).toMatchObject({ holds: 'above' });
});

it('says that a subject holds in the whole range', async () => {
  const results = await limitOf({ subject: 'guarded', to: 4_000 });
  expect(results.limit).toBeUndefined();
  expect(limitSentence(results, 'guarded')).toMatch(
    /^guarded holds under lagging-replica with lag_ms from 0 to 4,000 /,
  );
});

it('says that a subject does not hold in the range', async () => {
  const results = await limitOf({ subject: 'legacy', from: 1_000, to: 2_000 });
  expect(results.limit).toBeUndefined();
  expect(limitSentence(results, 'legacy')).toMatch(/^legacy does not hold under .* any lag_ms from 1,000 to 2,000 /);
});

it('is unknown where runs are inconclusive', async () => {
  const results = await limitOf({ subject: { ...legacy, readStatus: () => undefined }, to: 2_000 });
  expect(results.valid).toBe('unknown');
});

it.each([
  [{ vary: 'lag' }, 'scenario lagging-replica has no parameter "lag"'],
  [{ vary: 'toString' }, 'has no parameter "toString"'],
  [{ scenario: 'restart' }, 'scenario restart has no parameter "lag_ms"'],
  [{ from: 5, to: 5 }, '5 to 5 is no range of lag_ms'],
  [{ to: 100_000 }, 'lag_ms must be a number from 0 to 60000'],
])('refuses %j', async (options, message) => {
  await expect(limitOf({ subject: 'legacy', ...options })).rejects.toThrow(message);
});
