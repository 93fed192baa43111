/** Runs of an application with a mistake, in which nothing is tested: for any backend. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { formatEvent, formatHeader, parseHistory } from '../history/codec.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { HistoryHeader } from '../history/event.ts';
import type { PlanInput } from '../plan/plan.ts';
import type { Subject } from '../port/subject.ts';
import { modulesSubject } from '../subject/modules.ts';
import { checkHistories } from './check-histories.ts';
import type { RunReport } from './execute.ts';
import { runInput } from './run-input.test-support.ts';

type Mistake = 'none' | 'status-path' | 'reader' | 'gives-up' | 'other-database' | 'no-commits' | 'hides' | 'own-steps';

const APP = `
const mistake = process.env.MISTAKE;
const host = () => (mistake === 'other-database' ? process.env.OTHER_URL : process.env.SUPABASE_URL);
const url = (job) => host() + '/rest/v1/render_jobs?job=eq.' + job;
const headers = () => ({ apikey: process.env.SUPABASE_SECRET_KEY, 'content-type': 'application/json' });
export async function status(request, job) {
  if (mistake === 'status-path') return new Response('no such page', { status: 404 });
  if (mistake === 'other-database') return Response.json({ message: 'no database' }, { status: 500 });
  const [row] = await (await fetch(url(job), { headers: headers() })).json();
  return Response.json(mistake === 'reader' ? { progress: row.pct } : { pct: row.pct });
}
export async function generate(job) {
  job.started(1);
  if (mistake === 'gives-up') throw new Error('the queue is full');
  for (const [index, pct] of job.steps.entries()) {
    if (mistake !== 'own-steps') await job.work(index);
    if (mistake === 'no-commits' || mistake === 'other-database') continue;
    await fetch(url(job.story), { method: 'PATCH', headers: headers(), body: JSON.stringify({ pct }) });
  }
}
`;

const MIGRATION = 'create table public.render_jobs (job text primary key, pct integer not null default 0);';

function renderJobs(folder: string, mistake: Mistake, progressMax: number): Subject {
  const columns = { job: { type: 'text' }, pct: { type: 'integer', notNull: true, default: 0 } } as const;
  return modulesSubject({
    name: 'render-jobs',
    description: 'an application with a mistake',
    root: pathToFileURL(`${folder}/`),
    tracked: { table: 'render_jobs', key: 'job', progress: 'pct', progressMax },
    migrations: [join(folder, 'migrations')],
    simulation: { tables: { render_jobs: { columns, primaryKey: ['job'] } } },
    storyRow: () => ({}),
    frontEnd: { query: () => ({}), display: mistake === 'hides' ? () => () => false : 'as-arrived' },
    readStatus: (body) => {
      const { pct } = body as { pct?: number };
      return pct === undefined ? undefined : { generation: 1, progress: pct };
    },
    variables: () => ({ MISTAKE: mistake }),
    open: (load) => load('app.ts'),
  });
}

const NEVER = { after: { f: 'show', session: 'tab-1', progress: 77 } } as const;

export function describeEvidence(backendName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  mkdirSync(join(folder, 'migrations'));
  writeFileSync(join(folder, 'app.ts'), APP);
  writeFileSync(join(folder, 'migrations/1.sql'), MIGRATION);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function play(mistake: Mistake, more: Partial<PlanInput> = {}, progressMax = 100): Promise<RunReport> {
    const input = {
      plan: 1,
      scenario: 'evidence',
      seed: 1,
      topology: { replicas: 0 },
      generations: [
        {
          worker: 'worker-1',
          story: 'job-7',
          steps: [
            { progress: 40, after_ms: 60 },
            { progress: 100, after_ms: 60 },
          ],
        },
      ],
      observers: [{ session: 'tab-1', story: 'job-7', every_ms: 20 }],
      properties: ['monotonic-view', 'integrity', 'convergence'],
      ...more,
    };
    return runInput(input, { subject: renderJobs(folder, mistake, progressMax), backendName, folder });
  }

  /** The verdict of `check` on the saved history. */
  async function checked({ history: { header, events } }: RunReport): Promise<unknown> {
    const lines = [formatHeader(header as HistoryHeader), ...events.map((event) => formatEvent(event))];
    const history = asColumns(parseHistory(lines.join('\n'), 'history'));
    return checkHistories({
      files: [{ file: 'history', load: async () => ({ file: 'history', history }) }],
      selection: {},
      properties: undefined,
      bounds: () => ({}),
      reporter: {},
    });
  }

  /** What the run says, and what `check` says of its history. */
  async function outcomeOf(report: RunReport): Promise<object> {
    return { valid: report.valid, checked: await checked(report), untested: report.untested };
  }

  function inconclusive(...reasons: readonly (string | RegExp)[]): object {
    const untested = reasons.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each)));
    return { valid: 'unknown', checked: 'unknown', untested };
  }

  describe(`a run on ${backendName}`, () => {
    it('passes if something was tested', async () => {
      expect(await outcomeOf(await play('none'))).toEqual({ valid: true, checked: true, untested: undefined });
    });

    it('is inconclusive if every poll is answered with an error', async () => {
      expect(await outcomeOf(await play('status-path'))).toEqual(
        inconclusive(/^nothing was tested: (\d+) of \1 polls of tab-1 answered 404: no such page$/),
      );
    });

    it('is inconclusive if the answers contain no progress', async () => {
      expect(await outcomeOf(await play('reader'))).toEqual(
        inconclusive(
          /^nothing was tested: (\d+) of \1 polls of tab-1 answered 200 without a progress: \{"progress":\d+\}$/,
        ),
      );
    });

    it('is inconclusive if every worker gives up', async () => {
      expect(await outcomeOf(await play('gives-up'))).toEqual(
        inconclusive(
          'nothing was tested: worker-1 gave up: the queue is full',
          'nothing was tested: no row of render_jobs was written during the run',
        ),
      );
    });

    it('is inconclusive if the application asks another Supabase', async () => {
      expect(await outcomeOf(await play('other-database'))).toEqual(
        inconclusive(
          /^nothing was tested: the application asked another Supabase: no request of it came to http:\/\/\S+, which must be its SUPABASE_URL$/,
          'nothing was tested: no row of render_jobs was written during the run',
          /^nothing was tested: (\d+) of \1 polls of tab-1 answered 500: \{"message":"no database"\}$/,
        ),
      );
    });

    it('is inconclusive if no row is written, although every tab is shown a progress', async () => {
      expect(await outcomeOf(await play('no-commits'))).toEqual(
        inconclusive('nothing was tested: no row of render_jobs was written during the run'),
      );
    });

    it('is inconclusive if a fault never applies', async () => {
      const lost = { kind: 'http-drop', match: { actor: 'worker-1', method: 'PATCH', nth: 9 } } as const;
      const away = { kind: 'clock-skew', instance: 1, offset_ms: 5, from: NEVER } as const;
      expect(await outcomeOf(await play('none', { faults: [lost, away] }))).toEqual(
        inconclusive(
          'not everything was tested: a fault never applied, since no request matched it (worker-1 sent 2 PATCH): http-drop: PATCH number 9 of worker-1',
          /^not everything was tested: a fault never applied, since its moment never came: .*after tab-1 was shown 77%$/,
        ),
      );
    });

    it('is incomplete if a commit is outside of the scale of the subject', async () => {
      const { valid, incomplete } = await play('none', {}, 25);
      expect([valid, incomplete?.message]).toEqual([
        'unknown',
        'job-7 of render_jobs was committed at 160%, where pct is 25 at 100%',
      ]);
    });

    it('notes that a function does not follow the steps of the plan', async () => {
      expect((await play('own-steps')).notes).toEqual([
        expect.stringContaining('`generate` of the subject took steps of its own'),
      ]);
      expect((await play('none')).notes).toEqual([]);
    });

    it('is inconclusive if a tab displays none of the values that it receives', async () => {
      expect(await outcomeOf(await play('hides'))).toEqual(
        inconclusive(
          /^nothing was tested: tab-1 received \d+ values and displayed none of them: see its display policy$/,
        ),
      );
    });

    it('passes if the plan allows what did not happen', async () => {
      const faults = [{ kind: 'http-drop', match: { actor: 'worker-1', method: 'PATCH', nth: 9 } } as const];
      expect(await play('none', { faults, allows: ['fault-unused'] })).toMatchObject({ valid: true });
      const commits = { properties: ['monotonic-view'], allows: ['no-commits', 'workers-gave-up'] } as const;
      expect(
        await play('gives-up', { ...commits, properties: ['monotonic-view'], allows: [...commits.allows] }),
      ).toMatchObject({
        valid: true,
      });
    });
  });
}
