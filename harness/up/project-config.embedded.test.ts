/** That `[api]` of a project's `supabase/config.toml` applies to an environment and to a run. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@supabase/supabase-js';
import { afterAll, expect, it } from 'vitest';
import { Terminal } from './up.test-support.ts';

const terminal = new Terminal();
const project = join(terminal.tmp, 'project');
afterAll(() => terminal.close());

const MIGRATION = `
create table public.exports (nr bigint primary key, share integer not null default 0);
create schema api;
create view api.progress as select nr, share as percent from public.exports;
create schema shared;
create function shared.twice(value integer) returns integer language sql immutable as 'select value * 2';
create function api.doubled() returns setof integer language plpgsql stable as 'begin return query select twice(percent) from progress order by nr; end';
grant usage on schema api, shared to anon, authenticated, service_role;
grant select on api.progress to anon, service_role;
create schema closed;
create table closed.notes (nr integer);
`;
const CONFIG = '[api]\nschemas = ["public", "api"]\nextra_search_path = ["public", "shared"]\nmax_rows = 2\n';

/** Its page reads the view, whose schema is not public. */
const SUBJECT = `
import { createClient } from '@supabase/supabase-js';
import { defineSubject, modules } from '${fileURLToPath(new URL('../index.ts', import.meta.url))}';
const client = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SECRET_KEY, { auth: { persistSession: false } });
export const subject = defineSubject({
  app: modules(import.meta.dirname, async () => ({
    async status(_request, nr) {
      const anon = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_PUBLISHABLE_KEY, { db: { schema: 'api' } });
      const { data, error } = await anon.from('progress').select('percent').eq('nr', nr).single();
      return Response.json(error ?? data, { status: error ? 500 : 200 });
    },
    async generate(job) {
      job.started();
      for (const [at, share] of job.steps.entries()) {
        await job.work(at);
        await client().from('exports').update({ share }).eq('nr', job.story);
      }
    },
  })),
  database: { table: 'exports', key: 'nr', keyOf: 'bigint', progress: 'share' },
  routes: { status: { path: '/x', read: ({ percent }) => ({ generation: 1, progress: percent }) } },
});
`;

mkdirSync(join(project, 'supabase/migrations'), { recursive: true });
writeFileSync(join(project, 'supabase/migrations/1.sql'), MIGRATION);
writeFileSync(join(project, 'supabase/config.toml'), CONFIG);
mkdirSync(join(project, 'node_modules'));
symlinkSync(
  fileURLToPath(new URL('../../node_modules/@supabase', import.meta.url)),
  join(project, 'node_modules/@supabase'),
);

it('its schemas are served, names are looked up as it says, and answers have no more rows', async () => {
  const up = await terminal.up('--migrations', join(project, 'supabase/migrations'));
  const { API_URL, SECRET_KEY, PUBLISHABLE_KEY } = up.variables;
  const of = (key: string | undefined) => createClient(API_URL!, key!, { auth: { persistSession: false } });
  const rows = [1, 2, 3].map((nr) => ({ nr, share: nr * 10 }));
  expect((await of(SECRET_KEY).from('exports').insert(rows)).error).toBeNull();
  const shown = () => of(PUBLISHABLE_KEY).schema('api').from('progress').select('*').order('nr');
  while ((await shown()).data?.length !== 2) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await shown()).data).toEqual([
    { nr: 1, percent: 10 },
    { nr: 2, percent: 20 },
  ]);
  expect(await of(SECRET_KEY).schema('api').rpc('doubled').limit(1)).toMatchObject({ error: null, data: [20] });
  expect((await of(SECRET_KEY).schema('closed').from('notes').select()).error?.code).toBe('PGRST106');
  up.child.kill('SIGINT');
  await up.ended;
});

it('a run shows what the page reads from another schema', () => {
  writeFileSync(join(project, 's.ts'), SUBJECT);
  const args = ['run', 'lagging-replica', '--subject', join(project, 's.ts'), '--backend', 'embedded'];
  const { status, stdout, stderr } = terminal.ratchet([...args, '--report', join(terminal.tmp, 'reports')]);
  expect(stdout, stderr).toContain('tab-1 saw story-1 go from 85% back to 10%');
  expect(status).toBe(1);
});
