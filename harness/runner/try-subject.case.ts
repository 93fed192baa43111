/** Tests of the preflight over an application with one mistake at a time, for any backend. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { DatabaseModel, TableModel } from '../port/model.ts';
import type { Subject } from '../port/subject.ts';
import type { Check, FailedCheck } from '../preflight/connection-trial.ts';
import { modulesSubject, type ModulesSubjectOptions } from '../subject/modules.ts';
import { loadBackend } from './backend-registry.ts';
import { trySubject } from './try-subject.ts';

/** An application that renders clips: a status route, and a function that renders and reports its percentage. */
const APP = `
const { MISTAKE, SUPABASE_URL, KEY, TABLE = 'clips' } = process.env;
const rows = (table, id) => SUPABASE_URL + '/rest/v1/' + table + '?id=eq.' + id;
const headers = { apikey: KEY, authorization: 'Bearer ' + KEY, 'content-type': 'application/json' };
let cached;
export const hasOwnSteps = process.env.OWN_STEPS === 'yes' ? true : undefined;

export async function status(request, id) {
  if (MISTAKE === 'path') return new Response('nothing here', { status: 404 });
  if (MISTAKE === 'throws') throw new Error('the renderer is not configured');
  if (MISTAKE === 'hangs') return new Promise(() => undefined);
  if (MISTAKE === 'cache' && cached) return Response.json(cached);
  if (MISTAKE === 'memory') return Response.json({ pct: 0, phase: 'new' });
  const answer = await fetch(rows(TABLE, id), { headers });
  const found = await answer.json();
  if (!answer.ok || found.length === 0) return Response.json({ error: 'no such clip' }, { status: 404 });
  cached = found[0];
  return Response.json(found[0]);
}

export async function generate(job) {
  job.started(1);
  if (MISTAKE === 'gives up') throw new Error('no GPU is left');
  if (MISTAKE === 'idle') return;
  for (const [index, percent] of job.steps.entries()) {
    await (MISTAKE === 'own steps' ? new Promise((done) => setTimeout(done, 30)) : job.work(index));
    const isLast = index === job.steps.length - 1;
    if (MISTAKE === 'stops' && isLast) return;
    const phase = isLast ? (MISTAKE === 'words' ? 'ready' : MISTAKE === 'failed' ? 'failed' : 'completed') : 'rendering';
    const pct = MISTAKE === 'fraction' ? Math.floor(percent / 100) : percent;
    const change = MISTAKE === 'other column' ? { phase } : { pct, phase };
    const [table, id] = MISTAKE === 'other table' ? ['frames', job.story] : [TABLE, MISTAKE === 'other row' ? 'intro' : job.story];
    const body = JSON.stringify(change);
    const answer = await fetch(rows(table, id), { method: 'PATCH', headers, body });
    if (!answer.ok && MISTAKE !== 'ignores') throw new Error('the percentage was not stored');
  }
}
`;

const CLIPS = `(id text primary key, pct integer default 0, phase text default 'new')`;
const MIGRATION = `
create table public.clips ${CLIPS};
create table public.frames ${CLIPS};
create table public.tickets (id text primary key, pct integer default 0, phase text not null);
create table public.drafts ${CLIPS};
alter table public.drafts enable row level security;
create table public.sealed ${CLIPS.replace(')', ', check (pct = 0))')};
create table public.films ${CLIPS.replace('text', 'uuid')};
insert into public.clips values ('intro');
insert into public.frames values ('story-1');
`;

const columns = {
  id: { type: 'text' },
  pct: { type: 'integer', default: 0 },
  phase: { type: 'text', default: 'new' },
} as const;
const clips: TableModel = { columns, primaryKey: ['id'] };
const MODEL: DatabaseModel = {
  tables: {
    clips,
    frames: clips,
    drafts: { ...clips, policies: [] },
    sealed: { ...clips, checks: { sealed_pct_check: ({ pct }) => pct === null || pct === 0 } },
    tickets: { ...clips, columns: { ...columns, phase: { type: 'text', notNull: true } } },
  },
};

interface Mistake {
  /** The application's own mistake, see above. */
  mistake?: string;
  variables?: Record<string, string>;
  subject?: Partial<ModulesSubjectOptions>;
  /** The check that fails, the field that it names, and what its sentence says. */
  failing: [check: FailedCheck['name'], field: string, found: RegExp];
  /** A model has no uuid, and no rows at the beginning. */
  needsSql?: true;
}

const tracked = { table: 'clips', key: 'id', progress: 'pct', status: 'phase' };

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'a row with a column that the table lacks': {
    subject: { storyRow: () => ({ ownr: 1 }) },
    failing: ['row', 'database.row', /ownr/],
    needsSql: true,
  },
  'a greatest value that is too small': {
    subject: { tracked: { ...tracked, progressMax: 50 } },
    failing: ['end', 'database.progress.max', /completed at 200%/],
  },
  'a row that lacks a column': {
    subject: { tracked: { ...tracked, table: 'tickets' } },
    failing: ['row', 'database.row', /null value in column "phase"/],
  },
  'a key of another type': {
    subject: { tracked: { ...tracked, table: 'films' } },
    failing: ['row', 'database.keyOf', /invalid input syntax for type uuid: "story-1"/],
    needsSql: true,
  },
  'a wrong path': {
    mistake: 'path',
    failing: ['route', 'routes.status', /answered 404: nothing here.*nothing of /],
  },
  'a route that throws': {
    mistake: 'throws',
    failing: ['route', 'routes.status', /the renderer is not configured/],
  },
  'a route that does not answer': {
    mistake: 'hangs',
    failing: ['route', 'routes.status', /no answer within 1 s/],
  },
  'a row that row-level security hides': {
    variables: { TABLE: 'drafts' },
    subject: { tracked: { ...tracked, table: 'drafts' } },
    failing: ['route', 'database.migrations', /drafts\?id=eq.story-1 answered 200: \[\], although the row exists/],
  },
  'a route that asks a table that does not exist': {
    variables: { TABLE: 'cilps' },
    failing: ['route', 'database.migrations', /GET \/rest\/v1\/cilps.* answered 404/],
  },
  'a reader of another field': {
    subject: { readStatus: (body) => (body as { status?: { value: never } }).status?.value },
    failing: ['progress', 'routes.status.read', /no progress in \{.*"pct":0/],
  },
  'a reader that throws': {
    subject: { readStatus: (body) => (body as { a: { b: never } }).a.b },
    failing: ['progress', 'routes.status.read', /threw/],
  },
  'a reader that returns no number': {
    subject: { readStatus: (body) => ({ generation: 1, progress: (body as { percent: number }).percent }) },
    failing: ['progress', 'routes.status.read', /the progress is undefined/],
  },
  'a worker that gives up': { mistake: 'gives up', failing: ['movement', 'routes.start', /no GPU is left/] },
  'a generation that writes nothing': {
    mistake: 'idle',
    failing: ['movement', 'app', /changed no row of clips within 1 s, and sent no request/],
  },
  'no commits, since another table is written': {
    mistake: 'other table',
    failing: ['movement', 'database.table', /although PATCH \/rest\/v1\/frames/],
  },
  'commits of another row': {
    mistake: 'other row',
    needsSql: true,
    failing: ['movement', 'database.key', /the row intro of clips/],
  },
  'commits without a progress': {
    mistake: 'other column',
    failing: ['movement', 'database.progress', /pct remained 0/],
  },
  'a worker whose writes are refused': {
    mistake: 'ignores',
    variables: { TABLE: 'sealed' },
    subject: { tracked: { ...tracked, table: 'sealed' } },
    failing: ['movement', 'database.migrations', /PATCH .*sealed.* answered 400: .*violates check constraint/],
  },
  'a route that does not read through the gateway': {
    mistake: 'memory',
    failing: ['gateway', 'app', /without a request to http/],
  },
  'other status words': {
    mistake: 'words',
    failing: ['end', 'database.status', /stopped at 100% "ready"/],
  },
  'a generation that stops': { mistake: 'stops', failing: ['end', 'database.status', /stopped at 85%/] },
  'a function that does not follow the steps of the plan': {
    mistake: 'own steps',
    failing: ['end', 'app', /waited for none of job\.steps/],
  },
  'a generation that fails': { mistake: 'failed', failing: ['end', 'routes.start', /failed at 100%/] },
  'a progress from 0 to 1': {
    mistake: 'fraction',
    failing: ['end', 'database.progress.max', /completed at 1%/],
  },
  'a route that answers from a cache': {
    mistake: 'cache',
    failing: ['end', 'routes.status', /answers 0% after 100% was committed, without asking/],
  },
  'a reader of a fraction': {
    subject: { readStatus: (body) => ({ generation: 1, progress: (body as { pct: number }).pct / 100 }) },
    failing: ['end', 'routes.status.read', /answers 1% after 100%/],
  },
};
export function describeTrial(backendName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-trial-'));
  mkdirSync(join(folder, 'migrations'));
  writeFileSync(join(folder, 'app.ts'), APP);
  writeFileSync(join(folder, 'migrations/1.sql'), MIGRATION);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function tryOut({ mistake, variables, subject }: Partial<Mistake>): Promise<Check[]> {
    const app: Subject = modulesSubject({
      name: 'clips',
      root: pathToFileURL(`${folder}/`),
      tracked,
      migrations: [join(folder, 'migrations')],
      simulation: MODEL,
      readStatus: (body) => ({ generation: 1, progress: (body as { pct: number }).pct }),
      variables: ({ publishableKey }) => ({ KEY: publishableKey, ...(mistake && { MISTAKE: mistake }), ...variables }),
      open: (load) => load('app.ts'),
      ...subject,
    });
    return trySubject({
      subject: app,
      backend: await loadBackend(backendName),
      timeoutMs: 1_000,
      ownsTarget: false,
      onProgress: () => undefined,
      onCheck: () => undefined,
      signal: new AbortController().signal,
    });
  }

  describe(`a trial on ${backendName}`, () => {
    it('passes every check in order', async () => {
      const checks = await tryOut({});
      expect(checks.map((check) => (check.ok ? check.found : check))).toEqual([
        'row created',
        'application started',
        'route answered 200',
        'progress read: 0%',
        'a generation moved the row',
        'its requests came through the gateway',
        'end recognised: 100%, completed',
      ]);
    });

    it('passes if a function says that it has steps of its own', async () => {
      const checks = await tryOut({ mistake: 'own steps', variables: { OWN_STEPS: 'yes' } });
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    });

    const mistakes = Object.entries(MISTAKES).filter(
      ([, { needsSql }]) => needsSql !== true || backendName !== 'simulated',
    );
    it.each(mistakes)('names %s', async (_, { failing: [name, field, found], ...mistake }) => {
      const checks = await tryOut(mistake);
      expect(checks.slice(0, -1).every(({ ok }) => ok)).toBe(true);
      const last = checks.at(-1) as FailedCheck;
      expect(last).toMatchObject({ ok: false, name, field, remedy: expect.any(String) });
      expect(last.found).toMatch(found);
    });
  });
}
