/** Proposals for the schemas that real projects have: enums, owners, profiles that a trigger makes, rows of parents. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { USER_ID } from '../scaffold/database-catalogue.ts';
import { neededRows, type NeededRows } from '../scaffold/needed-rows.ts';
import { rankTables, type TableChoice } from '../scaffold/table-choice.ts';
import { readCatalogue } from './migrated-catalogue.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-catalogue-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let projects = 0;

/** The proposals for a project with these migrations and this seed. */
async function propose(
  sql: string,
  seed?: string,
): Promise<{ choices: TableChoice[]; needed: NeededRows | undefined }> {
  const supabase = join(folder, String((projects += 1)), 'supabase');
  mkdirSync(join(supabase, 'migrations'), { recursive: true });
  writeFileSync(join(supabase, 'migrations/1.sql'), sql);
  if (seed !== undefined) writeFileSync(join(supabase, 'seed.sql'), seed);
  const tables = await readCatalogue([join(supabase, 'migrations')]);
  const choices = rankTables(tables);
  const [first] = choices;
  return { choices, needed: first === undefined ? undefined : neededRows(tables, first) };
}

it('prefers the table with a status, and reads the words of an enum and the scale of a check', async () => {
  const { choices } = await propose(`
    create table public.invoices (id bigint generated always as identity primary key, discount_percent numeric);
    create type phase as enum ('waiting', 'running', 'succeeded', 'cancelled', 'failed');
    create table public.exports (number bigint primary key, progress real check (progress <= 1 and progress >= 0),
      phase phase not null default 'waiting', attempt integer not null default 0)`);
  expect(choices.map(({ table }) => table)).toEqual(['exports', 'invoices']);
  expect(choices[0]).toEqual({
    table: 'exports',
    key: 'number',
    keyOf: 'bigint',
    progress: 'progress',
    max: 1,
    status: { column: 'phase', completed: ['succeeded'], failed: ['cancelled', 'failed'] },
    generation: 'attempt',
  });
});

it.each([
  ['integer', 100],
  ['numeric(3,2)', 1],
  ['numeric(5,2)', 100],
  ['double precision check (percent between 0 and 1.0)', 1],
  ['smallint check (percent >= 0 and percent <= 1000)', 1000],
])('a percent of type %s has the scale %d', async (type, max) => {
  const { choices } = await propose(`create table public.jobs (id text primary key, percent ${type})`);
  expect(choices[0]?.max).toBe(max);
});

it('signs in the owner that policies ask for', async () => {
  const { needed } = await propose(`
    create table public.jobs (id uuid primary key, user_id uuid references auth.users (id), progress integer, kind text not null);
    alter table public.jobs enable row level security;
    create policy own on public.jobs for select using ((select auth.uid()) = user_id)`);
  expect(needed).toEqual({ row: { user_id: USER_ID, kind: 'kind' }, seed: {}, userId: USER_ID });
});

it('refers to the profile that a trigger makes for a new user', async () => {
  const { needed } = await propose(`
    create table public.profiles (id uuid primary key references auth.users (id), name text not null);
    create function public.new_profile() returns trigger language plpgsql security definer set search_path = '' as $$
      begin insert into public.profiles (id, name) values (new.id, 'new'); return new; end $$;
    create trigger new_profile after insert on auth.users for each row execute function public.new_profile();
    create table public.jobs (id uuid primary key, profile uuid not null references public.profiles, progress integer)`);
  expect(needed).toEqual({ row: { profile: USER_ID }, seed: {}, userId: USER_ID });
});

it('proposes the rows of parents that neither the seed nor a trigger makes, parents first', async () => {
  const { needed } = await propose(`
    create table public.teams (id bigint primary key, plan text not null check (plan in ('free', 'paid')));
    create table public.projects (id uuid primary key, team bigint not null references public.teams, url text not null);
    create table public.jobs (id text primary key, project uuid not null references public.projects, progress integer,
      at timestamptz not null default now())`);
  expect(needed).toEqual({
    row: { project: USER_ID },
    seed: {
      teams: [{ id: 1, plan: 'free' }],
      projects: [{ id: USER_ID, team: 1, url: 'https://example.com' }],
    },
    userId: undefined,
  });
  expect(Object.keys(needed!.seed)).toEqual(['teams', 'projects']);
});

it('refers to the rows of the seed of the project', async () => {
  const { needed } = await propose(
    `create table public.teams (id bigint primary key);
     create table public.jobs (id text primary key, team bigint not null references public.teams, progress integer)`,
    'insert into public.teams values (77)',
  );
  expect(needed).toEqual({ row: { team: 77 }, seed: {}, userId: undefined });
});

it('names a required column of whose type it knows no value', async () => {
  await expect(
    propose('create table public.jobs (id text primary key, progress integer, area point not null)'),
  ).rejects.toThrow('jobs.area is required, and no value of its type point is known');
});
