import { describe, expect, it } from 'vitest';
import { historyOf, show } from '../history/history.test-support.ts';
import type { JudgedRun, VerbStart } from '../port/reporter.ts';
import { caught, judgedExploration, judgedRun, reverted, START, steady, title } from './judged-run.test-support.ts';
import { createMarkdownReporter, fenced, inline } from './markdown.ts';

const END = { valid: false, durationMs: 1_234, error: undefined } as const;

async function pageOf(runs: readonly JudgedRun[], over: Partial<VerbStart> = {}, error?: Error): Promise<string> {
  const { reporter, text } = await caught(createMarkdownReporter);
  await reporter.begin({ verb: 'run', titles: runs, ...START, ...over });
  for (const run of runs) await reporter.ran(run);
  await reporter.end({ ...END, error });
  return text();
}

describe('a summary in Markdown', () => {
  it('has the counts, a table with what passed last, and the story of each violation', async () => {
    const replay = 'ratchet replay plan.json';
    const page = await pageOf(
      [
        judgedRun(steady, ['monotonic-view'], title('restart')),
        judgedRun(reverted, ['monotonic-view'], { ...title('lagging'), replay }),
      ],
      { leftOut: [{ title: title('failover'), reason: 'no promotion here' }] },
    );
    expect(page.split('\n\n')).toEqual([
      '## ratchet run: 1 passed, 1 violated, 1 left out',
      [
        '| verdict | what | time | violated |',
        '|---|---|---|---|',
        '| ✗ violated | lagging · guarded | 1.2 s | monotonic-view |',
        '| ✓ held | restart · guarded | 1.2 s |  |',
      ].join('\n'),
      '### lagging · guarded',
      [
        '```text',
        '✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%',
        '   0.000 s  tab-1 was shown 85%',
        '   0.001 s  tab-1 was shown 10%',
        'replay:  ratchet replay plan.json',
        '```',
      ].join('\n'),
      [
        '```text',
        `tab-1 · story-1  ${'▆'.repeat(59)}▁`,
        `${'✗'.padStart(77)}`,
        `                 0.000 s${' '.repeat(46)}0.001 s`,
        '```',
      ].join('\n'),
      '- failover · guarded left out: no promotion here',
      '1.2 s\n',
    ]);
  });

  it('draws what was shown under a plan that was found', async () => {
    const { reporter, text } = await caught(createMarkdownReporter);
    const run = { ...judgedRun(reverted, ['monotonic-view']), isConfirmed: true, attempt: 1 };
    const failing = { kind: 'violation', what: 'monotonic-view' } as const;
    const plan = { topology: {}, generations: [], observers: [], faults: [] } as never;
    const found = { failing, plan, isShrunk: true, shrinkRuns: 3, runs: [run], confirm: undefined, keptAs: undefined };
    await reporter.begin({ verb: 'explore', titles: [title('plan-space')], ...START });
    await reporter.explored(judgedExploration({ valid: false, found }));
    await reporter.end(END);
    expect(text()).toContain(`${'▆'.repeat(59)}▁`);
  });

  it('says what did not run, and why the command stopped', async () => {
    const page = await pageOf([], { titles: [title('a')] }, new Error('the disk is <full>'));
    expect(page).toContain('## ratchet run: 1 not run\n\n**stopped:** the disk is &lt;full\\>');
  });

  it('stays below the limit of a summary for ten thousand runs', async () => {
    const bad = judgedRun(reverted, ['monotonic-view'], title('lagging'));
    const page = await pageOf(Array.from({ length: 10_000 }, (_, seed) => ({ ...bad, seed })));
    expect(page.length).toBeLessThan(2 ** 20);
    expect(page).toContain('… and 9800 more');
    expect(page).toContain('## ratchet run: 10000 violated');
  });

  it('lets no name be markup, a cell, a mention or the end of a block', async () => {
    const hostile = '|\n# <b>`@octocat`</b> [x](http://y) ```';
    const history = historyOf([show(hostile, { progress: 85 }), show(hostile, { progress: 10 })]);
    const page = await pageOf([judgedRun(history, ['monotonic-view'], title(hostile))]);
    const outside = page.replaceAll(/^(`{3,})text\n[^]*?^\1$/gm, '');
    expect(outside).not.toMatch(/<b>|@octocat|(?<!\\)\[x|(?<!\\)`|^# /m);
    expect(outside.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
    expect(fenced('a\n````\nb')).toBe('`````text\na\n````\nb\n`````');
    expect(inline('a|b\nc')).toBe(String.raw`a\|b c`);
  });
});
