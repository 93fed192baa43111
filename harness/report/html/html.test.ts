import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { judgedExploration, judgedRun, START, steady, title, caught } from '../judged-run.test-support.ts';
import { createHtmlReporter } from './html.ts';
import { loadPageBundle } from './page-bundle.ts';
import { lagging, reportOf, runOf } from './report-file.test-support.ts';
import type { OverviewData, RunData } from './page-data.ts';

function dataIn<T>(html: string, id: string): T {
  const [, json = ''] = new RegExp(`<script type="application/json" id="${id}">(.*)</script>`).exec(html) ?? [];
  return JSON.parse(json) as T;
}

describe('the page of a report', () => {
  it('has at most 250 KB besides the data, and refers to nothing outside of it', async () => {
    const { script, style } = await loadPageBundle();
    expect(script.length + style.length).toBeLessThan(250_000);
    const html = await reportOf([]);
    expect(html.length).toBeLessThan(250_000);
    expect(html).not.toMatch(/<(?:link|img|iframe)|src=|@import|url\(/);
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
  });

  it('has the overview of all runs, of what was left out, and of what did not run', async () => {
    const { reporter, text } = await caught(createHtmlReporter);
    const run = runOf(lagging(), { ...title('lagging'), expected: true });
    const leftOut = [{ title: title('failover'), reason: 'no promotion here' }];
    await reporter.begin({ verb: 'run', titles: [run, title('later')], ...START, leftOut });
    await reporter.ran(run);
    await reporter.end({ valid: 'unknown', durationMs: 5, error: new Error('the disk is full') });
    expect(dataIn<OverviewData>(text(), 'overview')).toMatchObject({
      counts: '1 violated (1 not as expected), 1 left out, 1 not run',
      error: 'the disk is full',
      leftOut: [{ name: 'failover · guarded', reason: 'no promotion here' }],
      notRun: ['later · guarded'],
      rows: [{ run: 0, isSurprise: true, headline: 'tab-1 saw story-1 go from 85% back to 10%' }],
    });
  });

  it('has an exploration with the runs of the plan that it found', async () => {
    const { reporter, text } = await caught(createHtmlReporter);
    const failing = { kind: 'violation', what: 'monotonic-view' } as const;
    const run = { ...runOf(lagging(), title('drawn')), isConfirmed: true, attempt: 1 };
    const found = {
      failing,
      plan: {} as never,
      isShrunk: true,
      shrinkRuns: 1,
      runs: [run],
      confirm: undefined,
      keptAs: undefined,
    };
    await reporter.begin({ verb: 'explore', titles: [title('plan-space')], ...START });
    await reporter.explored(judgedExploration({ valid: false, found }));
    await reporter.explored(judgedExploration({}));
    await reporter.end({ valid: false, durationMs: 5, error: undefined });
    const { rows } = dataIn<OverviewData>(text(), 'overview');
    expect(rows.map(({ run, valid }) => [run, valid])).toEqual([
      [undefined, false],
      [0, false],
      [undefined, true],
    ]);
  });

  it('has the story of a violation by event, and the history as it was recorded', async () => {
    const data = dataIn<RunData>(await reportOf([runOf(lagging(), title('lagging'))]), 'run-0');
    expect(data.stories[0]!.lines.map(({ event, what }) => [event, what])).toEqual([
      [2, 'worker-1 wrote 10%'],
      [5, 'worker-1 wrote 85%'],
      [9, 'tab-1 was shown 85%'],
      [12, 'tab-1 was shown 10%'],
    ]);
    const history = inflateRawSync(Buffer.from(data.history, 'base64')).toString();
    expect(history.split('\n')).toHaveLength(lagging().events.length + 1);
  });

  it('lets no text end the element of the data, and escapes what would reorder or hide text', async () => {
    const attack = '</script><!--<script>\u202E\u2028';
    const html = await reportOf([
      judgedRun(steady, ['monotonic-view'], { ...title(attack), notes: [attack], replay: attack }),
    ]);
    expect(html.match(/<\/script>/g)).toHaveLength(3);
    expect(html).not.toContain('\u202E');
  });
});
