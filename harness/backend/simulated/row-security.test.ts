import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { beforeEach, expect, test } from 'vitest';
import { realClock } from '../../clock.ts';
import { signToken } from '../../gateway/access-token.ts';
import { messageOf, responseOf } from '../../gateway/http-message.ts';
import type { Cluster } from '../../port/backend.ts';
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

let cluster: Cluster;

beforeEach(async () => {
  cluster = await simulatedBackend.start({
    replicas: 0,
    migrations: [],
    simulation: { model: MODEL, clock: realClock(), epochMs: Date.UTC(2026, 0, 1), random: () => 0.5 },
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
