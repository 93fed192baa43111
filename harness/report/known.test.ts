/** How each reporter shows violations that a baseline has, and those that have vanished. */
import { describe, expect, it } from 'vitest';
import type { BaselineSummary, KnownViolation } from '../port/baseline.ts';
import type { CreateReporter } from '../port/reporter.ts';
import { createGithubReporter } from './github.ts';
import { createHtmlReporter } from './html/html.ts';
import { createJsonReporter } from './json.ts';
import { caught, judgedRun, reverted, START, title } from './judged-run.test-support.ts';
import { createJunitReporter } from './junit.ts';
import { createMarkdownReporter } from './markdown.ts';
import { createSarifReporter } from './sarif.ts';
import { createTextReporter } from './text.ts';

const vanished: KnownViolation = {
  verb: 'run',
  scenario: 'restart',
  subject: 'guarded',
  property: 'convergence',
  cause: 'shown from the primary',
  shape: 'commit 1, show 1',
  sentence: 'tab-1 was never shown 100%',
};
const summary: BaselineSummary = {
  file: 'ratchet.baseline.json',
  valid: true,
  known: 1,
  fresh: 0,
  vanished: [vanished],
  isStrict: false,
  isUpdated: false,
};

async function reportOf(create: CreateReporter, over: Partial<BaselineSummary> = {}): Promise<string> {
  const baseline = { known: ['monotonic-view'], fresh: [] };
  const run = judgedRun(reverted, ['monotonic-view'], { ...title('lagging'), baseline });
  const { reporter, text } = await caught(create);
  await reporter.begin({ verb: 'run', titles: [run], ...START });
  await reporter.ran(run);
  await reporter.end({ valid: false, durationMs: 5, error: undefined, baseline: { ...summary, ...over } });
  return text();
}

const COUNTS =
  'baseline ratchet.baseline.json: 1 known, 0 new, 1 vanished; --update-baseline removes what has vanished';
const GONE = 'restart · guarded: convergence is not violated any more: tab-1 was never shown 100%';

describe('a known violation, and one that has vanished', () => {
  it('are two lines, and a line for each that has vanished, in text', async () => {
    expect(await reportOf(createTextReporter)).toBe(
      [
        '✗ lagging  guarded  1.2 s  violated, known',
        '  known: monotonic-view: tab-1 saw story-1 go from 85% back to 10% (--verbose)',
        '',
        `- ${GONE}`,
        COUNTS,
        '',
      ].join('\n'),
    );
  });

  it('are a skipped test case in JUnit XML', async () => {
    const xml = await reportOf(createJunitReporter);
    expect(xml).toContain('tests="1" failures="0" errors="0" skipped="1"');
    expect(xml).toContain('<skipped message="known: tab-1 saw story-1 go from 85% back to 10%"/>');
  });

  it('are notices in GitHub Actions, but an error if what has vanished fails', async () => {
    const lines = (await reportOf(createGithubReporter)).trimEnd().split('\n');
    expect(lines.map((line) => line.split('::')[1])).toEqual([
      'notice title=known%3A monotonic-view%3A lagging · guarded',
      'notice title=known violations have vanished',
    ]);
    const strict = await reportOf(createGithubReporter, { valid: false, isStrict: true });
    expect(strict).toContain('::error title=known violations have vanished::');
  });

  it('have a state in SARIF', async () => {
    const { results } = JSON.parse(await reportOf(createSarifReporter)).runs[0];
    expect(results).toMatchObject([
      { ruleId: 'monotonic-view', level: 'note', kind: 'fail', baselineState: 'unchanged' },
      { ruleId: 'convergence', level: 'none', kind: 'pass', baselineState: 'absent', message: { text: GONE } },
    ]);
  });

  it('are counted in Markdown, JSON and the page, without the story of what is known', async () => {
    const markdown = await reportOf(createMarkdownReporter);
    expect(markdown).toContain('## ratchet run: 1 violated (1 known)');
    expect(markdown).toContain('baseline ratchet.baseline.json: 1 known, 0 new, 1 vanished');
    expect(markdown).toContain(`- ${GONE}`);
    expect(markdown).not.toContain('```');
    expect(JSON.parse(await reportOf(createJsonReporter))).toMatchObject({ valid: false, baseline: summary });
    const page = await reportOf(createHtmlReporter);
    expect(page).toContain('"words":"violated, known"');
    expect(page).toContain(JSON.stringify([COUNTS, GONE]));
  });
});

it('a new violation beside a known one says which is which', async () => {
  const baseline = { known: ['monotonic-view'], fresh: ['monotonic-reads'] };
  const run = judgedRun(reverted, ['monotonic-view'], { ...title('lagging'), baseline });
  const { reporter, text } = await caught(createTextReporter);
  await reporter.ran(run);
  expect(text()).toContain('violated, new: monotonic-reads (known: monotonic-view)');
  expect(text()).toContain('✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%');
});
