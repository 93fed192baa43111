/**
 * Applications that write in ways of which only the commits tell: functions of the database, bulk requests, SQL. For any
 * backend: `integrity` accepts what is committed, and nothing else.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parsePlan } from '../plan/plan.ts';
import type { Backend, Cluster } from '../port/backend.ts';
import type { Subject } from '../port/subject.ts';
import { modulesSubject } from '../subject/modules.ts';
import { loadBackend } from './backend-registry.ts';
import { execute, type RunReport } from './execute.ts';

const MIGRATION = `
create table public.videos (
  id text primary key,
  take integer not null default 1,
  pct integer not null default 0 check (pct <= 100),
  mood text not null default 'new' check (mood <> 'bad')
);
create function public.advance(video text, of_take integer, to_pct integer, is_lazy boolean) returns void
language plpgsql as $$
begin
  -- An asynchronous commit is visible before it is flushed.
  if is_lazy then perform set_config('synchronous_commit', 'off', true); end if;
  update public.videos set take = of_take, pct = to_pct where id = video;
end $$;
create function public.begin_take(video text) returns integer language sql
as 'update public.videos set take = take + (pct > 0)::integer, pct = 0 where id = video returning take';
`;

/** Each step is written in the next of the ways that `WAYS` names. */
const APP = `
import postgres from 'postgres';
const { SUPABASE_URL, KEY, DATABASE_URL, WAYS, INVENTS } = process.env;
const headers = { apikey: KEY, authorization: 'Bearer ' + KEY, 'content-type': 'application/json' };
const send = async (method, path, body, more) => {
  const answer = await fetch(SUPABASE_URL + '/rest/v1/' + path, { method, headers: { ...headers, ...more }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok && body?.mood !== 'bad') throw new Error(method + ' ' + path + ' answered ' + text);
  return text === '' ? undefined : JSON.parse(text);
};
// The host may be the directory of a UNIX socket.
function connect(url) {
  const { searchParams, hostname, port, username, password, pathname } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  return postgres({ host, port: port || 5432, username, password, database: pathname.slice(1), max: 4 });
}
const sql = DATABASE_URL && connect(DATABASE_URL);
const upsert = { prefer: 'resolution=merge-duplicates' };
const ways = {
  rpc: (video, take, pct) => send('POST', 'rpc/advance', { video, of_take: take, to_pct: pct, is_lazy: false }),
  lazy: (video, take, pct) => send('POST', 'rpc/advance', { video, of_take: take, to_pct: pct, is_lazy: true }),
  bulk: (id, take, pct) => send('POST', 'videos?on_conflict=id', [{ id, take, pct }, { id: 'other ' + id, take, pct }], upsert),
  upsert: (id, take, pct) => send('POST', 'videos?on_conflict=id', { id, take, pct }, upsert),
  filter: (id, take, pct) => send('PATCH', 'videos?id=in.(' + id + ')', { take, pct }),
  patch: (id, take, pct) => send('PATCH', 'videos?id=eq.' + id, { take, pct }),
  refused: async (id, take, pct) => {
    await send('PATCH', 'videos?id=eq.' + id, { take, pct, mood: 'bad' });
    await ways.rpc(id, take, pct);
  },
  sql: (id, take, pct) => sql\`update videos set take = \${take}, pct = \${pct} where id = \${id}\`,
  transaction: (id, take, pct) => sql.begin(async (inside) => {
    await inside\`set local synchronous_commit = off\`;
    await inside\`update videos set take = \${take}, pct = \${pct} where id = \${id}\`;
  }),
};
let turn = 0;
export async function status(request, id) {
  const [row] = await send('GET', 'videos?id=eq.' + id);
  if (INVENTS !== undefined && row.pct === 60) row.pct = Number(INVENTS);
  return Response.json(row);
}
export async function generate(job) {
  const take = await send('POST', 'rpc/begin_take', { video: job.story });
  job.started(take);
  for (const [at, pct] of job.steps.entries()) {
    await job.work(at);
    const names = WAYS.split(' ');
    await ways[names[turn++ % names.length]](job.story, take, pct);
  }
}
export const close = () => sql?.end();
`;

export const WAYS_BY_REST = ['rpc', 'bulk', 'upsert', 'filter', 'patch', 'refused', 'lazy'];
export const WAYS_BY_SQL = ['sql', 'transaction'];

interface Writing {
  ways: readonly string[];
  stories?: number;
  /** Of each story, one after the other. */
  takes?: number;
  /** What the status route answers instead of 60%. */
  invents?: number;
}

/** A story's generations follow each other at once, and two tabs ask for it nearly without a pause. */
function planOf({ stories = 3, takes = 4 }: Writing): object {
  const names = Array.from({ length: stories }, (_, at) => `video-${at + 1}`);
  return {
    plan: 1,
    scenario: 'writers',
    seed: 1,
    topology: { replicas: 1, routing: 'round-robin' },
    generations: names.flatMap((story) =>
      Array.from({ length: takes }, (_, at) => ({
        worker: `${story}-worker-${at + 1}`,
        story,
        start: at === 0 ? { at_ms: 0 } : { after: { f: 'commit', key: story, generation: at, progress: 100 } },
        steps: [20, 40, 60, 80, 100].map((progress, step) => ({ progress, after_ms: (at + step) % 4 })),
      })),
    ),
    observers: names.flatMap((story) =>
      [1, 2].map((number) => ({ session: `${story}-tab-${number}`, story, every_ms: 2 })),
    ),
    properties: ['integrity'],
  };
}

export function describeUnrecordedWrites(backendName: string, allWays: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'writers-'));
  mkdirSync(join(folder, 'migrations'));
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'app.ts'), APP);
  writeFileSync(join(folder, 'migrations/1.sql'), MIGRATION);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function play(writing: Writing): Promise<RunReport> {
    let databaseUrl: string | undefined;
    const backend = await loadBackend(backendName);
    const knowing: Backend = {
      ...backend,
      async start(options): Promise<Cluster> {
        const cluster = await backend.start(options);
        databaseUrl = (cluster.primary as { databaseUrl?: string }).databaseUrl;
        return cluster;
      },
    };
    const variables = (key: string): Record<string, string> => ({
      KEY: key,
      WAYS: writing.ways.join(' '),
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...(writing.invents === undefined ? {} : { INVENTS: String(writing.invents) }),
    });
    const subject: Subject = modulesSubject({
      name: 'videos',
      root: pathToFileURL(`${folder}/`),
      tracked: { table: 'videos', key: 'id', progress: 'pct', generation: 'take' },
      migrations: [join(folder, 'migrations')],
      readStatus: (body) => {
        const { take, pct } = body as { take: number; pct: number };
        return { generation: take, progress: pct };
      },
      variables: ({ secretKey }) => variables(secretKey),
      open: (load) => load('app.ts'),
    });
    return execute({
      plan: parsePlan(planOf(writing), 'the plan of the test'),
      subject,
      backend: knowing,
      reportRoot: join(folder, 'reports'),
      expected: undefined,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
  }

  describe(`integrity on ${backendName}`, () => {
    it.each(allWays)('holds for writes by %s', async (way) => {
      expect(await play({ ways: [way] })).toMatchObject({ valid: true, incomplete: undefined, notes: [] });
    });

    it('holds for mixed writes', async () => {
      const report = await play({ ways: allWays, stories: 4, takes: 10 });
      expect(report).toMatchObject({ valid: true, incomplete: undefined, notes: [] });
      expect(report.verdicts[0]?.judged).toBeGreaterThan(500);
    });

    it('is violated by a value that nobody has committed, however it is written', async () => {
      const { valid, verdicts } = await play({ ways: allWays, invents: 61 });
      expect(valid).toBe(false);
      expect(verdicts[0]?.violations[0]?.sentence).toMatch(/61%/);
    });
  });
}
