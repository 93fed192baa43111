import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { historyOf, show } from '../history/history.test-support.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { createGithubReporter } from './github.ts';
import { caught, judgedExploration, judgedRun, reverted, START, steady, title } from './judged-run.test-support.ts';

const END = { valid: false, durationMs: 5, error: undefined } as const;
const sources = { status: `${process.cwd()}/app/status/route.ts`, start: `${process.cwd()}/app/start/route.ts` };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'summary-'));
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(folder, 'summary.md'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function annotationsOf(...runs: JudgedRun[]): Promise<string[]> {
  const { reporter, text } = await caught(createGithubReporter);
  await reporter.begin({ verb: 'run', titles: runs, ...START });
  for (const run of runs) await reporter.ran(run);
  await reporter.end(END);
  return text().split('\n').slice(0, -1);
}

describe('GitHub Actions', () => {
  it('shows a violation at the file of the status route', async () => {
    const run = judgedRun(reverted, ['monotonic-view'], {
      ...title('lagging'),
      sources,
      replay: 'ratchet replay plan.json',
    });
    expect(await annotationsOf(run)).toEqual([
      '::error file=app/status/route.ts,title=monotonic-view%3A lagging · guarded::tab-1 saw story-1 go from 85%25 back to 10%25' +
        '%0A0.000 s  tab-1 was shown 85%25%0A0.001 s  tab-1 was shown 10%25%0Areplay: ratchet replay plan.json',
    ]);
  });

  it('names the file from the root of the repository, of which the project may be a folder', async () => {
    const run = judgedRun(reverted, ['monotonic-view'], { ...title('lagging'), sources });
    vi.stubEnv('GITHUB_WORKSPACE', dirname(process.cwd()));
    expect((await annotationsOf(run))[0]).toContain(`file=${basename(process.cwd())}/app/status/route.ts,`);
    vi.stubEnv('GITHUB_WORKSPACE', join(process.cwd(), 'elsewhere'));
    expect((await annotationsOf(run))[0]).toContain('file=app/status/route.ts,');
  });

  it('shows a violation of what was written at the route that starts a generation', async () => {
    const history = historyOf(
      [85, 10].map((progress) => ({ process: 'db', type: 'ok', f: 'commit', key: 's', value: { progress } }) as const),
    );
    const [line] = await annotationsOf(judgedRun(history, ['monotonic-commits'], { ...title('racing'), sources }));
    expect(line).toMatch(/^::error file=app\/start\/route\.ts,/);
  });

  it('warns of an inconclusive run, and says nothing of one that passed', async () => {
    const open = judgedRun(steady, ['monotonic-commits'], title('restart'));
    expect(await annotationsOf(open, judgedRun(steady))).toEqual([
      '::warning title=inconclusive%3A restart · guarded::the history has no commit events',
    ]);
  });

  it('shows the violation of a found plan', async () => {
    const { reporter, text } = await caught(createGithubReporter);
    const run = { ...judgedRun(reverted), isConfirmed: true, attempt: 1 };
    const failing = { kind: 'violation', what: 'monotonic-view' } as const;
    const plan = { topology: {}, generations: [], observers: [], faults: [] } as never;
    const found = { failing, plan, isShrunk: true, shrinkRuns: 1, runs: [run], confirm: undefined, keptAs: undefined };
    await reporter.begin({ verb: 'explore', titles: [title('plan-space')], ...START });
    await reporter.explored(judgedExploration({ valid: false, found }));
    expect(text()).toMatch(/^::error title=monotonic-view%3A plan-space · guarded::tab-1 saw/);
  });

  it('writes at most ten annotations, each in one line', async () => {
    const hostile = '\n::error::forged';
    const history = historyOf([show(hostile, { progress: 85 }), show(hostile, { progress: 10 })]);
    const run = judgedRun(history, ['monotonic-view'], { ...title(`a${hostile}`), replay: hostile });
    const lines = await annotationsOf(...Array.from({ length: 12 }, () => run));
    expect(lines).toHaveLength(10);
    for (const line of lines) expect(line).toMatch(/^::error title=monotonic-view/);
  });

  it('appends the summary of each command to that of the step', async () => {
    await annotationsOf(judgedRun(reverted, ['monotonic-view'], title('lagging')));
    await annotationsOf(judgedRun(steady, ['monotonic-view'], title('restart')));
    const summary = readFileSync(join(folder, 'summary.md'), 'utf8');
    expect(summary.match(/^## .*$/gm)).toEqual(['## ratchet run: 1 violated', '## ratchet run: 1 passed']);
    expect(summary).toContain('tab-1 was shown 10%');
  });

  it('fails if the summary cannot be written', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', folder);
    await expect(annotationsOf(judgedRun(steady))).rejects.toThrow('GITHUB_STEP_SUMMARY');
  });
});
