import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedBackend } from '../embedded/embedded.ts';
import type { ServerCluster } from './postgres-cluster.ts';

const SCHEMA = `
create table public."Pages" (book text, page bigint, percent integer not null default 0, primary key (page, book));
create table public.notes (text text, at timestamptz default now(), tags jsonb);
create table public.profiles (id uuid primary key references auth.users (id) on delete cascade);
create table public.keys (id uuid primary key default gen_random_uuid(), owner uuid references auth.users (id));
`;
const ANA = '6f1c3a9e-55a4-4c0e-8a8b-0d7f3f1f2a10';

let cluster: ServerCluster;
beforeAll(async () => {
  cluster = await embeddedBackend.start({
    replicas: 0,
    migrations: [{ name: '1.sql', sql: SCHEMA }],
    tracked: undefined,
    onProgress: () => undefined,
    onCommit: () => undefined,
    onDeath: () => undefined,
  });
});
afterAll(() => cluster.close());

const count = async (table: string): Promise<number> => {
  const rows = await cluster.query(`select count(*)::int as count from ${table}`);
  return Number(rows[0]?.['count']);
};

it('a row that others have changed meanwhile is removed by its key, and no other row', async () => {
  const undo = await cluster.undoable.insert('Pages', { book: 'Moby "D"', page: 7n });
  await cluster.insert('Pages', { book: 'Moby "D"', page: 8 });
  await cluster.query(`update "Pages" set percent = 50`);
  await undo();
  expect(await cluster.query('select book, page::int, percent from "Pages"')).toEqual([
    { book: 'Moby "D"', page: 8, percent: 50 },
  ]);
});

it('a row whose key the database has generated is removed', async () => {
  const undo = await cluster.undoable.insert('keys', { owner: null });
  expect(await count('keys')).toBe(1);
  await undo();
  expect(await count('keys')).toBe(0);
});

it('of equal rows of a table without a key, one is removed', async () => {
  const row = { text: null, tags: { a: [1] } };
  await cluster.insert('notes', row);
  const undo = await cluster.undoable.insert('notes', row);
  await undo();
  expect(await count('notes')).toBe(1);
});

it('a user that was added is removed, and one that existed is kept', async () => {
  const undo = await cluster.undoable.addUser({ userId: ANA });
  await cluster.insert('profiles', { id: ANA });
  const undoAgain = await cluster.undoable.addUser({ userId: ANA });
  await undoAgain();
  expect(await count('auth.users')).toBe(1);
  await undo();
  expect([await count('auth.users'), await count('profiles')]).toEqual([0, 0]);
});

it('what cannot be removed is an error', async () => {
  const undo = await cluster.undoable.addUser({ userId: ANA });
  await cluster.insert('keys', { owner: ANA });
  await expect(undo()).rejects.toThrow('violates foreign key constraint');
});
