import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { realClock } from '../../clock.ts';
import { signToken } from '../../gateway/access-token.ts';
import { messageOf, responseOf } from '../../gateway/http-message.ts';
import type { Cluster, SimulationOptions } from '../../port/backend.ts';
import type { Claims, DatabaseModel, Row } from '../../port/model.ts';
import { simulatedBackend } from './simulated.ts';

const isOwner = ({ owner }: Row, { sub }: Claims): boolean => owner === sub;
const MODEL: DatabaseModel = {
  tables: {
    notes: {
      columns: { id: { type: 'text' }, owner: { type: 'text' }, text: { type: 'text' } },
      primaryKey: ['id'],
      policies: { select: isOwner, insert: isOwner, update: isOwner },
    },
  },
};

const SQL = `
create table public.notes (id text primary key, owner text, text text);
alter table public.notes enable row level security;
create policy "read" on public.notes for select using (owner = auth.jwt() ->> 'sub');
create policy "insert" on public.notes for insert with check (owner = auth.jwt() ->> 'sub');
create policy "update" on public.notes for update using (owner = auth.jwt() ->> 'sub');
`;

type Database = Pick<SimulationOptions, 'model' | 'database'>;
const databases: Record<string, () => Promise<Database>> = {
  'a model': async () => ({ model: MODEL }),
  migrations: async () => {
    const migrations = [{ name: 'notes.sql', sql: SQL }];
    return { model: undefined, database: await simulatedBackend.prepare!({ migrations, tracked: undefined }) };
  },
};

describe.each(Object.keys(databases))('with %s', (kind) => {
  let database: Database;
  let cluster: Cluster;

  beforeAll(async () => {
    database = await databases[kind]!();
  });

  beforeEach(async () => {
    cluster = await simulatedBackend.start({
      replicas: 0,
      migrations: [],
      simulation: { ...database, clock: realClock(), epochMs: Date.UTC(2026, 0, 1), random: () => 0.5 },
      tracked: undefined,
      onProgress: () => undefined,
      onCommit: () => undefined,
      onDeath: () => undefined,
    });
    await cluster.insert('notes', { id: '1', owner: 'ana', text: 'one' });
    await cluster.insert('notes', { id: '2', owner: 'ben', text: 'two' });
  });

  function clientOf(claims?: object, key = cluster.publishableKey): SupabaseClient {
    const token = claims && signToken({ role: 'authenticated', ...claims }, cluster.jwtSecret!);
    const fetchRows = async (...request: Parameters<typeof fetch>): Promise<Response> =>
      responseOf(await cluster.primary.rest(await messageOf(new Request(...request))));
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return createClient('http://supabase.test', key, { global: { fetch: fetchRows, headers } });
  }

  const idsIn = ({ data }: { data: unknown }): unknown => (data as { id: string }[]).map(({ id }) => id);

  test('a user reads the rows that the policy allows', async () => {
    expect(idsIn(await clientOf({ sub: 'ana' }).from('notes').select())).toEqual(['1']);
    expect(idsIn(await clientOf().from('notes').select())).toEqual([]);
    expect(idsIn(await clientOf(undefined, cluster.secretKey).from('notes').select())).toEqual(['1', '2']);
    const asUser = clientOf({ sub: 'ben' }, cluster.secretKey);
    expect(idsIn(await asUser.from('notes').select())).toEqual(['2']);
  });

  test('a user changes only such rows, and only to such rows', async () => {
    const notes = clientOf({ sub: 'ana' }).from('notes');
    expect(idsIn(await notes.update({ text: 'new' }).neq('id', '').select())).toEqual(['1']);
    expect(await notes.update({ owner: 'ben' }).eq('id', '1')).toMatchObject({ status: 403, error: { code: '42501' } });
    expect(await notes.insert({ id: '3', owner: 'ben' })).toMatchObject({ status: 403, error: { code: '42501' } });
    expect(await notes.insert({ id: '3', owner: 'ana' })).toMatchObject({ status: 201, error: null });
    expect(await notes.upsert({ id: '2', owner: 'ana' })).toMatchObject({ status: 403, error: { code: '42501' } });
  });

  test('an action without a policy applies to no row', async () => {
    expect(await clientOf({ sub: 'ana' }).from('notes').delete().eq('id', '1').select()).toMatchObject({ data: [] });
    expect(await clientOf().from('notes').insert({ id: '4' })).toMatchObject({ status: 401, error: { code: '42501' } });
  });

  test('an expired token reads nothing', async () => {
    const answer = await clientOf({ sub: 'ana', exp: 1 }).from('notes').select();
    expect(answer).toMatchObject({ status: 401, error: { code: 'PGRST303', message: 'JWT expired' } });
  });
});
