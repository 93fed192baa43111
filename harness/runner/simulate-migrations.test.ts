import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subject } from '../port/subject.ts';
import { parsePlan } from '../plan/plan.ts';
import { modulesSubject } from '../subject/modules.ts';
import { inMacrotask } from '../simulation/simulate.ts';
import { prepareSimulation } from './prepare-simulation.ts';
import { simulateRun, type SimulatedOutcome } from './simulate-run.ts';

/** An application with a table, a type and a function of its own, and a subject without a model. */
const MIGRATION = `
create type public.render_state as enum ('queued', 'running', 'done');
create table public.renders (
  id text primary key,
  token uuid not null default gen_random_uuid(),
  pct integer not null default 0 check (pct between 0 and 100),
  state public.render_state not null default 'queued',
  changed_at timestamptz not null default now()
);
create function public.set_pct(render text, value integer) returns void language sql as $$
  update public.renders set pct = value, state = case when value = 100 then 'done'::public.render_state else 'running' end,
    changed_at = clock_timestamp() where id = render
$$;
`;
const APP = `
import { createClient } from '@supabase/supabase-js';
const client = () => createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SECRET_KEY, { auth: { persistSession: false } });
export async function status(_, id) {
  const { data, error } = await client().from('renders').select('pct, state, token, changed_at').eq('id', id).single();
  return error ? Response.json(error, { status: 500 }) : Response.json(data);
}
export async function render(id, steps, work) {
  for (const [at, value] of steps.entries()) {
    await work(at);
    const { error } = await client().rpc('set_pct', { render: id, value });
    if (error) throw new Error(error.message);
  }
}
`;

const root = mkdtempSync(join(tmpdir(), 'renders-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(() => {
  mkdirSync(join(root, 'migrations'));
  writeFileSync(join(root, 'migrations', '1_renders.sql'), MIGRATION);
  writeFileSync(join(root, 'app.ts'), APP);
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(root, 'node_modules'));
});

const seen: unknown[] = [];

const subjectOf = (migrations: string, app = 'app.ts'): Subject =>
  modulesSubject({
    name: 'renders',
    root: pathToFileURL(`${root}/`),
    migrations: [migrations],
    tracked: { table: 'renders', key: 'id', progress: 'pct', status: 'state' },
    readStatus(body) {
      seen.push(body);
      return { generation: 1, progress: (body as { pct: number }).pct };
    },
    async open(load) {
      const { status, render } = await load<any>(app);
      return { status, generate: async (job) => (job.started(1), render(job.story, job.steps, job.work)) };
    },
  });

const plan = (seed: number) =>
  parsePlan(
    {
      plan: 1,
      scenario: 'renders',
      seed,
      topology: { replicas: 1, routing: 'get-to-replica' },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [10, 40, 85, 100].map((progress) => ({ progress, after_ms: 100 })),
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: 40 }],
      properties: ['monotonic-view'],
      run_ms_max: 60_000,
    },
    'test',
  );

const run = async (subject: Subject, seed: number): Promise<SimulatedOutcome> => {
  const database = await prepareSimulation(subject);
  return inMacrotask(() => simulateRun({ plan: plan(seed), subject, database }));
};

const OWNER = '00000000-0000-4000-8000-00000000000a';
const OWNED = `${MIGRATION}
alter table public.renders add owner uuid not null default '${OWNER}', add tenant text not null default 'north';
alter table public.renders enable row level security;
create policy "own" on public.renders for select using (owner = auth.uid() and tenant = auth.jwt() ->> 'tenant');
`;
const APP_OF_USERS = `
import { createClient } from '@supabase/supabase-js';
export { render } from './app.ts';
export async function status(request, id) {
  const headers = { authorization: request.headers.get('authorization') ?? '' };
  const options = { auth: { persistSession: false }, global: headers.authorization ? { headers } : {} };
  const user = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_PUBLISHABLE_KEY, options);
  const { data, error } = await user.from('renders').select('pct').eq('id', id).maybeSingle();
  return Response.json(data ?? { pct: -1 }, { status: error ? 500 : 200 });
}
`;

describe('a subject without a model', () => {
  it('is simulated from its migrations, with every commit reported', async () => {
    const { history, incomplete } = await run(subjectOf(join(root, 'migrations')), 1);
    expect(incomplete).toBeUndefined();
    const commits = history.events.filter(({ f }) => f === 'commit').map(({ value }) => value);
    expect(commits).toMatchObject([10, 40, 85, 100].map((progress) => ({ progress })));
  });

  it('gives the same history for the same seed, with the times and random values of the database', async () => {
    const subject = subjectOf(join(root, 'migrations'));
    const bodies: string[] = [];
    const hashes: string[] = [];
    for (const seed of [7, 8, 7]) {
      seen.length = 0;
      hashes.push((await run(subject, seed)).traceHash());
      bodies.push(JSON.stringify(seen));
    }
    expect(hashes[2]).toBe(hashes[0]);
    expect(bodies[2]).toBe(bodies[0]);
    expect(bodies[1]).not.toBe(bodies[0]);
    expect(bodies[0]).toContain('"changed_at":"2026-01-01T00:00:0');
  });

  it('has a note of each function that selects and then writes without a lock, since one connection hides that race', async () => {
    const body = (lock: string): string =>
      `returns void language plpgsql as $$ declare old integer; begin
        select pct into old from public.renders where id = render ${lock};
        update public.renders set pct = old + 1 where id = render;
      end $$`;
    const functions = `create function public.step_racy(render text) ${body('')};
      create function public.step_locked(render text) ${body('for update')};`;
    writeFileSync(join(root, 'racy.sql'), MIGRATION + functions);
    const { notes } = await run(subjectOf(join(root, 'racy.sql')), 1);
    expect(notes).toEqual([expect.stringContaining('the function step_racy selects and then writes')]);
  });

  it('is refused with the file and the line of a migration that PostgreSQL refuses', async () => {
    writeFileSync(join(root, 'wrong.sql'), 'create table public.renders (id text);\n\nselect nothing from renders;');
    await expect(run(subjectOf(join(root, 'wrong.sql')), 1)).rejects.toMatchObject({
      exitCode: 64,
      message: 'Migration wrong.sql, line 3: column "nothing" does not exist (42703).',
    });
  });

  it.each([
    ['the own rows', OWNER, 'north', true],
    ['no rows of another user', OWNER.replace(/a$/, 'b'), 'north', false],
    ['no rows that a claim excludes', OWNER, 'south', false],
  ])('shows a user who is signed in %s', async (_what, userId, tenant, isShown) => {
    writeFileSync(join(root, 'owned.sql'), OWNED);
    writeFileSync(join(root, 'app-of-users.ts'), APP_OF_USERS);
    seen.length = 0;
    const subject = subjectOf(join(root, 'owned.sql'), 'app-of-users.ts');
    const { incomplete } = await run({ ...subject, session: { userId, claims: { tenant } } }, 1);
    expect(incomplete === undefined || !isShown).toBe(true);
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.some((body) => (body as { pct: number }).pct === 85)).toBe(isShown);
    expect(seen.some((body) => (body as { pct: number }).pct === -1)).toBe(!isShown);
  });
});
