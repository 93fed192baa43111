import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { PropertyName } from '../checker/properties.ts';
import { foldValidity } from '../checker/verdict.ts';
import type { KnownViolation } from '../port/baseline.ts';
import type { JudgedRun, RunTitle } from '../port/reporter.ts';
import { judgedExploration, judgedRun, reverted, START, steady, title } from '../report/judged-run.test-support.ts';
import { readBaseline } from './baseline-file.ts';
import { BaselineGate, type GateOptions } from './baseline-gate.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-gate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'baseline.json');

const known: KnownViolation = {
  verb: 'run',
  scenario: 'lagging',
  subject: 'guarded',
  property: 'monotonic-view',
  cause: 'shown from an unknown source',
  shape: 'show 2 1',
  sentence: 'as it was found first',
};
const VIEW: readonly PropertyName[] = ['monotonic-view'];
const violated = (over: RunTitle = {}, more: Partial<JudgedRun> = {}): JudgedRun =>
  judgedRun(reverted, VIEW, { ...title('lagging', over), ...more });
const held = (over: RunTitle = {}): JudgedRun => judgedRun(steady, VIEW, title('lagging', over));
const unknown = (): JudgedRun => judgedRun(steady, ['monotonic-commits'], title('lagging'));

/** Passes runs through a gate; `titles` are announced. */
async function gate(
  runs: readonly JudgedRun[],
  options: Partial<GateOptions> = {},
  titles: readonly RunTitle[] = runs,
) {
  const opened = new BaselineGate({
    file,
    known: [],
    isStrict: false,
    isUpdated: false,
    isWhole: true,
    properties: undefined,
    failuresMax: undefined,
    countsExpected: true,
    ...options,
  });
  const reported: JudgedRun[] = [];
  const reporter = opened.attach({ ran: (run) => void reported.push(run) });
  await reporter.begin?.({ verb: 'run', titles, ...START });
  for (const run of runs) if (!opened.signal.aborted) await reporter.ran?.(run);
  const valid = foldValidity(reported.map((run) => run.valid));
  return { opened, reported, summary: opened.summary(opened.gated(valid)) };
}

describe('a violation', () => {
  it('that is known does not fail, with any seed', async () => {
    const { reported, summary } = await gate([violated(), violated({ seed: 7 })], { known: [known] });
    expect(summary).toMatchObject({ valid: true, known: 2, fresh: 0, vanished: [] });
    expect(reported.map(({ valid, baseline }) => [valid, baseline])).toEqual([
      [false, { known: ['monotonic-view'], fresh: [] }],
      [false, { known: ['monotonic-view'], fresh: [] }],
    ]);
    expect(reported[0]!.record['baseline']).toEqual(reported[0]!.baseline);
  });

  it.each(['scenario', 'subject', 'property', 'cause', 'shape', 'verb'] as const)(
    'is new with another %s',
    async (field) => {
      const other = { ...known, [field]: field === 'property' ? 'integrity' : field === 'verb' ? 'explore' : 'other' };
      const { summary } = await gate([violated()], { known: [other] });
      expect(summary).toMatchObject({ valid: false, known: 0, fresh: 1 });
    },
  );

  it('is new if the same read violates a property that is not known', async () => {
    const run = judgedRun(reverted, ['monotonic-view', 'integrity'], title('lagging'));
    const { summary, reported } = await gate([run], { known: [known] });
    expect(run.verdicts.map(({ valid }) => valid)).toEqual([false, false]);
    expect(reported[0]!.baseline).toEqual({ known: ['monotonic-view'], fresh: ['integrity'] });
    expect(summary!.valid).toBe(false);
  });

  it('of a found plan is compared as that of the search', async () => {
    const opened = new BaselineGate({
      file,
      known: [{ ...known, verb: 'explore' }],
      isStrict: true,
      isUpdated: false,
      isWhole: true,
      properties: undefined,
      failuresMax: undefined,
      countsExpected: true,
    });
    const run = { ...violated(), isConfirmed: true, attempt: 1 };
    const found = { failing: { kind: 'violation', what: 'monotonic-view' } as const, plan: {} as never, runs: [run] };
    const rest = { isShrunk: true, shrinkRuns: 1, confirm: undefined, keptAs: undefined };
    const exploration = judgedExploration({ ...title('lagging'), valid: false, found: { ...found, ...rest } });
    const reporter = opened.attach({});
    await reporter.begin?.({ verb: 'explore', titles: [exploration], ...START });
    await reporter.explored?.(exploration);
    expect(opened.summary(opened.gated(false))).toMatchObject({ valid: true, known: 1, vanished: [] });
  });
});

describe('an unknown verdict', () => {
  it('stays unknown beside a known violation', async () => {
    const { summary } = await gate([violated(), unknown()], { known: [known] });
    expect(summary!.valid).toBe('unknown');
  });

  it('is that of a run that did not start', async () => {
    const { summary } = await gate([violated()], { known: [known] }, [title('lagging'), title('other')]);
    expect(summary!.valid).toBe('unknown');
  });
});

describe('a known violation', () => {
  it('has vanished if all runs of its scenario hold, which fails only if that is wanted', async () => {
    expect((await gate([held()], { known: [known] })).summary).toMatchObject({ valid: true, vanished: [known] });
    const strict = await gate([held()], { known: [known], isStrict: true });
    expect(strict.summary).toMatchObject({ valid: false, vanished: [known] });
  });

  it.each([
    ['one of them violates it', [held(), violated({ seed: 2 })], {}],
    ['one of them is inconclusive', [held(), unknown()], {}],
    ['the property was not judged', [judgedRun(steady, ['monotonic-reads'], title('lagging'))], {}],
    ['another scenario ran', [judgedRun(steady, VIEW, title('other'))], {}],
    ['another shard may find it', [held()], { isWhole: false }],
  ])('has not vanished if %s', async (_, runs, options) => {
    expect((await gate(runs, { known: [known], ...options })).summary!.vanished).toEqual([]);
  });

  it('has not vanished if a run of its scenario did not start', async () => {
    const { summary } = await gate([held()], { known: [known] }, [title('lagging'), title('lagging', { seed: 2 })]);
    expect(summary!.vanished).toEqual([]);
  });
});

describe('the file', () => {
  it('gets what was found and keeps what was not judged, with its first sentence', async () => {
    const other = { ...known, scenario: 'other' };
    const gone = { ...known, shape: 'show 3 2 1' };
    const { opened, summary } = await gate([violated()], { known: [known, other], isUpdated: true });
    expect(summary).toMatchObject({ valid: true, isUpdated: true });
    opened.update();
    expect(readBaseline(file)).toEqual([known, other]);
    (await gate([held()], { known: [known, other, gone], isUpdated: true })).opened.update();
    expect(readBaseline(file)).toEqual([other]);
  });

  it('is not written if that is not wanted', async () => {
    const before = readFileSync(file, 'utf8');
    (await gate([violated()])).opened.update();
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe('a limit of failures', () => {
  const three = [violated(), violated({ seed: 2 }), held({ seed: 3 })];

  it('stops after that many new violations', async () => {
    expect((await gate(three, { failuresMax: 1 })).reported).toHaveLength(1);
    expect((await gate(three, { failuresMax: 2 })).reported).toHaveLength(2);
    expect((await gate(three, { failuresMax: 3 })).reported).toHaveLength(3);
  });

  it('counts neither known violations nor, in a matrix, declared ones', async () => {
    expect((await gate(three, { failuresMax: 1, known: [known] })).reported).toHaveLength(3);
    const declared = three.map((run) => ({ ...run, expected: false }));
    expect((await gate(declared, { failuresMax: 1, countsExpected: false })).reported).toHaveLength(3);
    expect((await gate(declared, { failuresMax: 1 })).reported).toHaveLength(1);
  });

  it('works without a baseline', async () => {
    const { reported, summary } = await gate(three, { failuresMax: 1, file: undefined });
    expect([reported.length, summary]).toEqual([1, undefined]);
  });
});
