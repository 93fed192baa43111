import { createClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onFreePort } from '../harness/backend/containers/ports.ts';
import { eventually } from '../harness/backend/postgres/stories.case.ts';
import { compose, KEYS, PASSWORD } from './compose.test-support.ts';

const project = `ratchet-compose-${process.pid}`;
const ports: Record<string, string> = {};
for (const name of ['RATCHET_GATEWAY_PORT', 'RATCHET_PRIMARY_PORT', 'RATCHET_REPLICA_PORT'])
  ports[name] = await onFreePort(async (port) => String(port));
const url = `http://127.0.0.1:${ports['RATCHET_GATEWAY_PORT']}`;

function inProject(...args: string[]): void {
  const { status, stderr } = compose(['-p', project, ...args], ports);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
}

beforeAll(() => {
  if (compose(['version']).status !== 0)
    throw new Error('docker has no plugin called compose: install it, or run this by scripts/with-engine.sh');
  inProject('up', '--wait', '--quiet-pull');
}, 240_000);
afterAll(() => inProject('down', '--volumes', '--timeout', '1'), 120_000);

it('docker compose takes the file for valid', () => {
  const { status, stderr } = compose(['config', '-q']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('an application that knows one URL writes to the primary, and reads from a replica that has it in the end', async () => {
  const port = Number(ports['RATCHET_PRIMARY_PORT']);
  const sql = postgres({ host: '127.0.0.1', port, user: 'postgres', password: PASSWORD, database: 'postgres' });
  await sql`create table public.stories (id text primary key, progress integer)`;
  await sql.end();
  const servedBy = new Set<string>();
  const noted: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (answer.ok) servedBy.add(`${init?.method ?? 'GET'} ${answer.headers.get('x-ratchet-served-by')}`);
    return answer;
  };
  const client = createClient(url, KEYS.SUPABASE_SECRET_KEY, {
    global: { fetch: noted },
    auth: { persistSession: false },
  });
  await eventually(async () => {
    inProject('kill', '-s', 'SIGUSR1', 'rest', 'rest-replica-1');
    return (await client.from('stories').upsert({ id: 'a', progress: 85 })).error === null;
  }, 60_000);
  await eventually(async () => (await client.from('stories').select()).data?.[0]?.progress === 85, 60_000);
  expect([...servedBy].sort()).toEqual(['GET replica-1', 'POST primary']);
});

it('whoever has no key of the project is not let in', async () => {
  const { status } = await createClient(url, 'sb_secret_wrong').from('stories').select();
  expect(status).toBe(401);
});
