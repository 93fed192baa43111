import { describe, expect, it } from 'vitest';
import type { Verdict } from '../checker/verdict.ts';
import { EnvironmentError } from '../errors.ts';
import { historyOf, progress, read } from '../history/history.test-support.ts';
import { parsePlan } from '../plan/plan.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { caught, judgedExploration, judgedRun, reverted, START, steady, title } from './judged-run.test-support.ts';
import { createTextReporter } from './text.ts';

const plan = parsePlan(
  {
    plan: 1,
    scenario: 'restart',
    seed: 1,
    topology: { replicas: 0 },
    generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 5 }] }],
    observers: [],
    properties: ['monotonic-view'],
  },
  'the plan',
);
const PLAN_LINES = [
  '  topology    primary and 0 replicas, get-to-replica; 1 app instance',
  '  generation  worker-1: story-1, 100% after 5 ms',
];
const names = ['monotonic-view', 'monotonic-reads', 'convergence'] as const;
const saved = { historyFile: 'reports/history.ndjson', planFile: 'reports/plan.json', replay: 'ratchet replay x' };

async function told(runs: readonly JudgedRun[], { isVerbose = false, notRun = 0 } = {}): Promise<string[]> {
  const { reporter, text } = await caught(createTextReporter, isVerbose);
  const titles = [...runs, ...Array.from({ length: notRun }, () => title('never'))];
  await reporter.begin({ verb: 'run', titles, ...START });
  for (const run of runs) await reporter.ran(run);
  await reporter.end({ valid: true, durationMs: 12_345, error: undefined });
  return text().split('\n').slice(0, -1);
}

describe('a run that passes', () => {
  it('is one line, with backend and seed only if they are not the default', async () => {
    expect(await told([judgedRun(steady, names, title('restart'))])).toEqual(['✓ restart  guarded  1.2 s']);
    const other = title('restart', { backend: 'simulated', seed: 7 });
    expect(await told([judgedRun(steady, names, { ...other, durationMs: 57 })])).toEqual([
      '✓ restart  guarded  simulated  seed 7  57 ms',
    ]);
  });

  it('shows its seed if it runs several times, and its notes and unexpected verdict', async () => {
    const notes = ['worker-1 gave up: the story belongs to another'];
    const runs = [
      judgedRun(steady, names, { ...title('restart'), notes }),
      judgedRun(steady, names, { ...title('restart', { seed: 2 }), expected: false }),
    ];
    expect(await told(runs)).toEqual([
      '✓ restart  guarded  seed 1  1.2 s  1 note (--verbose)',
      '✓ restart  guarded  seed 2  1.2 s  held, though restart expects a violation',
      '',
      '2 passed (1 not as expected)  12.3 s',
    ]);
  });

  it('is printed with plan, timeline, properties, notes and history with --verbose', async () => {
    const run = judgedRun(steady, ['monotonic-view', 'availability'], { ...title('restart'), plan, ...saved });
    expect(await told([{ ...run, notes: ['worker-1 gave up'] }], { isVerbose: true })).toEqual([
      '✓ restart  guarded  1.2 s',
      ...PLAN_LINES,
      `  tab-1 · story-1  ${'▁'.repeat(59)}▆`,
      `                   0.000 s${' '.repeat(46)}0.001 s`,
      '  ✓ monotonic-view   2 values judged',
      '  ✓ availability     1 value judged',
      '  note:    worker-1 gave up',
      '  history: reports/history.ndjson',
    ]);
  });
});

describe('a run that does not pass', () => {
  const violated = judgedRun(reverted, [...names, 'integrity'], {
    ...title('restart'),
    plan,
    ...saved,
    expected: false,
  });

  it('is printed in full, and ends with the replay command', async () => {
    expect(await told([violated])).toEqual([
      '✗ restart  guarded  1.2 s  violated, as expected',
      ...PLAN_LINES,
      '  ✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%',
      '     0.000 s  tab-1 was shown 85%',
      '     0.001 s  tab-1 was shown 10%',
      '     also broken by this: integrity (and 1 more)',
      '  ✓ monotonic-reads, convergence',
      '  history: reports/history.ndjson',
      '  replay:  ratchet replay x',
    ]);
  });

  it('says when that was not expected', async () => {
    const [head] = await told([{ ...violated, expected: true }]);
    expect(head).toBe('✗ restart  guarded  1.2 s  violated, though restart expects it to hold');
  });

  it('prints why it stopped once, for any number of inconclusive properties', async () => {
    const incomplete = new EnvironmentError('stopped', 'the tab threw\n    at app/route.ts:7', 'mend the tab');
    const reason = `the run is incomplete: ${incomplete.message}`;
    const open = names.map((property): Verdict => ({ property, valid: 'unknown', violations: [], judged: 2, reason }));
    const run = judgedRun(steady, names, { ...title('restart'), ...saved, incomplete, valid: 'unknown' });
    expect(await told([{ ...run, verdicts: open }])).toEqual([
      '? restart  guarded  1.2 s  inconclusive',
      '  ? monotonic-view, monotonic-reads, convergence   inconclusive',
      '  stopped: the tab threw — mend the tab',
      '    |     at app/route.ts:7',
      '  history: reports/history.ndjson',
      '  replay:  ratchet replay x',
    ]);
  });

  it('prints a reason once for several properties', async () => {
    const seen = historyOf([read('tab-1', progress(10))]);
    const text = await told([judgedRun(seen, ['monotonic-commits', 'writes-follow-reads'], title('restart'))]);
    expect(text).toContain('  ? monotonic-commits, writes-follow-reads   not judged: the history has no commit events');
    expect(text.join().match(/no commit events/g)).toHaveLength(1);
  });
});

describe('the summary', () => {
  it('counts passed, violated, inconclusive and unstarted runs', async () => {
    const runs = [
      judgedRun(steady, names, title('restart')),
      judgedRun(reverted, names, { ...title('racing'), expected: false }),
      judgedRun(reverted, names, { ...title('racing'), expected: true }),
      judgedRun(steady, ['monotonic-commits'], title('lagging')),
    ];
    expect((await told(runs, { notRun: 2 })).at(-1)).toBe(
      '1 passed, 2 violated (1 as expected, 1 not as expected), 1 inconclusive, 2 not run  12.3 s',
    );
  });

  it('counts by scenario if one passed only sometimes', async () => {
    const runs = [
      judgedRun(steady, names, title('restart')),
      judgedRun(steady, names, title('racing')),
      judgedRun(reverted, names, title('racing', { seed: 2 })),
    ];
    expect((await told(runs)).slice(-2)).toEqual(['racing  1 passed, 1 violated', '2 passed, 1 violated  12.3 s']);
  });

  it('names the scenarios that were left out, with reasons', async () => {
    const { reporter, text } = await caught(createTextReporter);
    const leftOut = [{ title: title('failover'), reason: 'no promotion here' }];
    await reporter.begin({ verb: 'run', titles: [title('restart')], ...START, leftOut });
    await reporter.ran(judgedRun(steady, names, title('restart')));
    await reporter.end({ valid: true, durationMs: 1_500, error: undefined });
    expect(text()).toBe(
      [
        '- failover  guarded  left out: no promotion here',
        '✓ restart   guarded  1.2 s',
        '',
        '1 passed, 1 left out  1.5 s',
        '',
      ].join('\n'),
    );
  });
});

describe('files', () => {
  async function checked(files: readonly JudgedRun[]): Promise<string> {
    const { reporter, text } = await caught(createTextReporter);
    await reporter.begin({ verb: 'check', titles: files.map(({ file }) => ({ file: file! })), ...START });
    for (const file of files) await reporter.ran(file);
    await reporter.end({ valid: true, durationMs: 1_500, error: undefined });
    return text();
  }
  const ofFile = (file: string) => ({ file, historyFile: file, durationMs: 3 });

  it('are printed property by property if there is only one', async () => {
    expect(await checked([judgedRun(reverted, ['convergence', 'monotonic-view', 'availability'], ofFile('a'))])).toBe(
      [
        '✓ convergence      1 value judged',
        '✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%',
        '   0.000 s  tab-1 was shown 85%',
        '   0.001 s  tab-1 was shown 10%',
        '✓ availability     1 value judged',
        '',
      ].join('\n'),
    );
  });

  it('say which properties were left out, because the history lacks the events for them', async () => {
    const { verdicts, ...judgement } = judgedRun(steady, ['monotonic-view', 'monotonic-commits'], ofFile('a'));
    const [held, open] = verdicts;
    expect(await checked([{ ...judgement, valid: true, verdicts: [held!], notJudged: [open!] }])).toBe(
      [
        '✓ monotonic-view   2 values judged',
        '- not judged, since the history has no commit events: monotonic-commits',
        '',
      ].join('\n'),
    );
  });

  it('are one line each if there are several, with details of violations', async () => {
    const log = { lines: 12, skipped: [{ reason: 'no story', count: 2, line: 4 }] };
    const files = [
      judgedRun(steady, ['monotonic-view'], ofFile('a.ndjson')),
      judgedRun(steady, ['monotonic-view'], { ...ofFile('b.log'), log }),
      judgedRun(reverted, ['monotonic-view'], { ...ofFile('c.log'), log }),
    ];
    expect(await checked(files)).toBe(
      [
        '✓ a.ndjson  2 events  3 ms',
        '✓ b.log     12 lines, 2 skipped  3 ms',
        '✗ c.log     12 lines, 2 skipped  3 ms  violated',
        '  2: no story, first at line 4',
        '  ✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%',
        '     0.000 s  tab-1 was shown 85%',
        '     0.001 s  tab-1 was shown 10%',
        '',
        '2 passed, 1 violated  1.5 s',
        '',
      ].join('\n'),
    );
  });
});

describe('an exploration', () => {
  const failing = { kind: 'violation', what: 'monotonic-view' } as const;
  const found = { failing, plan, isShrunk: true, shrinkRuns: 3, keptAs: 'regressions/x.json' };

  async function explored(over: Parameters<typeof judgedExploration>[0]): Promise<string> {
    const { reporter, text } = await caught(createTextReporter);
    await reporter.begin({ verb: 'explore', titles: [title('plan-space')], ...START });
    await reporter.starting(title('plan-space'));
    await reporter.explored(judgedExploration(over));
    await reporter.end({ valid: true, durationMs: 1, error: undefined });
    return text();
  }

  it('that finds nothing prints what it tried', async () => {
    expect(await explored({ expected: true })).toBe(
      [
        'plan-space · guarded · seed 1',
        '✓ nothing found   50 plans in 2.0 s, 25 plans/s   as expected',
        '  deviations tried: stall 40, http-route 3',
        '',
      ].join('\n'),
    );
    expect(await explored({ isInterrupted: true, expected: false })).toContain(
      '25 plans/s, interrupted   though plan-space expects a violation\n',
    );
  });

  it('that finds a plan prints it, its counterexample, and where it was confirmed', async () => {
    const again = (backend: string, attempt: number, isConfirmed: boolean) => ({
      ...judgedRun(isConfirmed ? reverted : steady, ['monotonic-view'], { ...title('restart', { backend }), ...saved }),
      attempt,
      isConfirmed,
    });
    const runs = [again('simulated', 1, true), again('embedded', 1, false), again('embedded', 2, true)];
    const text = await explored({ valid: false, expected: false, found: { ...found, runs, confirm: undefined } });
    expect(text).toBe(
      [
        'plan-space · guarded · seed 1',
        '✗ found   50 plans in 2.0 s, 25 plans/s   violated, as expected',
        '  deviations tried: stall 40, http-route 3',
        '  monotonic-view (shrunk in 3 plans: 1 generation, 0 tabs, 0 faults)',
        ...PLAN_LINES,
        ...Array.from({ length: 2 }, (_, at) => [
          ...(at === 0 ? [] : ['  confirmed on embedded in attempt 2']),
          '  ✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%',
          '     0.000 s  tab-1 was shown 85%',
          '     0.001 s  tab-1 was shown 10%',
          '  history: reports/history.ndjson',
          '  replay:  ratchet replay x',
        ]).flat(),
        '  kept as: regressions/x.json',
        '',
      ].join('\n'),
    );
    const failed = [again('simulated', 1, true), again('embedded', 3, false)];
    expect(await explored({ valid: false, found: { ...found, runs: failed, confirm: undefined } })).toContain(
      '  not confirmed on embedded in 3 attempts: its timing differed, see the history\n',
    );
  });
});
