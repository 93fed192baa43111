import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onFreePort } from '../harness/backend/containers/free-port.ts';
import { eventually } from '../harness/backend/postgres/stories.case.ts';
import { compose, KEYS, PASSWORD, root } from './compose.test-support.ts';

const project = `ratchet-compose-${process.pid}`;
const ports: Record<string, string> = {};
for (const name of ['GATEWAY', 'PRIMARY', 'REPLICA', 'PRIMARY_API', 'REPLICA_API'])
  ports[`RATCHET_${name}_PORT`] = await onFreePort(async (port) => String(port));
const url = `http://127.0.0.1:${ports['RATCHET_GATEWAY_PORT']}`;

function inProject(...args: string[]): void {
  const { status, stderr } = compose(['-p', project, ...args], ports);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
}

beforeAll(() => {
  if (compose(['version']).status !== 0)
    throw new Error('the docker plugin compose is missing: install it, or run this test with scripts/with-engine.sh');
  inProject('up', '--wait', '--quiet-pull');
}, 240_000);
afterAll(() => inProject('down', '--volumes', '--timeout', '1'), 120_000);

it('docker compose accepts the file as valid', () => {
  const { status, stderr } = compose(['config', '-q']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('an application with one URL writes to the primary, and eventually reads the write from the replica', async () => {
  const sql = connect();
  await sql`create table public.stories (id text primary key, progress integer)`;
  await sql.end();
  const servedBy = new Set<string>();
  const recordingFetch: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (answer.ok) servedBy.add(`${init?.method ?? 'GET'} ${answer.headers.get('x-ratchet-served-by')}`);
    return answer;
  };
  const client = createClient(url, KEYS.SUPABASE_SECRET_KEY, {
    global: { fetch: recordingFetch },
    auth: { persistSession: false },
  });
  await eventually(async () => {
    inProject('kill', '-s', 'SIGUSR1', 'rest', 'rest-replica-1');
    return (await client.from('stories').upsert({ id: 'a', progress: 85 })).error === null;
  }, 60_000);
  await eventually(async () => {
    // The reload above may have come before the table had reached the replica.
    inProject('kill', '-s', 'SIGUSR1', 'rest-replica-1');
    return (await client.from('stories').select()).data?.[0]?.progress === 85;
  }, 60_000);
  expect([...servedBy].sort()).toEqual(['GET replica-1', 'POST primary']);
});

it('a run against it finds that a tab goes backwards, and restores the project', { timeout: 120_000 }, async () => {
  const reports = mkdtempSync(join(tmpdir(), 'ratchet-compose-'));
  const sql = connect();
  try {
    await sql`drop table if exists public.stories`;
    for (const file of globSync(join(root, 'fixtures/story-app/supabase/migrations/*.sql')).sort()) {
      await sql.unsafe(readFileSync(file, 'utf8'));
    }
    await sql`create table public.ratchet_test_target ()`;
    const client = createClient(url, KEYS.SUPABASE_SECRET_KEY, { auth: { persistSession: false } });
    await eventually(async () => {
      inProject('kill', '-s', 'SIGUSR1', 'rest', 'rest-replica-1');
      const answers = [client.from('stories').select('generation'), client.from('ratchet_test_target').select()];
      return (await Promise.all(answers)).every(({ error }) => error === null);
    }, 60_000);
    expect(ratchet('run', 'lagging-replica', '--backend', 'simulated', '--report', reports).status).toBe(1);
    const plan = JSON.parse(readFileSync(join(reports, 'latest/plan.json'), 'utf8'));
    // Long intervals, so that replay can be paused between two steps also on a busy machine.
    for (const step of plan.generations[0].steps) step.after_ms = 1_500;
    const slow = join(reports, 'slow.json');
    writeFileSync(slow, JSON.stringify(plan));
    const { status, stdout } = ratchet('replay', slow, '--backend', 'remote', '--report', reports);
    expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringMatching(/back to 10%/) });
    expect(await sql`select id from public.stories`).toEqual([]);
  } finally {
    await sql.end();
    rmSync(reports, { recursive: true });
  }
});

function connect() {
  const port = Number(ports['RATCHET_PRIMARY_PORT']);
  return postgres({ host: '127.0.0.1', port, user: 'postgres', password: PASSWORD, database: 'postgres' });
}

/** Runs ratchet with the subject legacy and the environment variables that docs/REMOTE.md describes. */
function ratchet(...args: string[]) {
  const on = (name: string): string => `127.0.0.1:${ports[`RATCHET_${name}_PORT`]}`;
  const database = (name: string): string => `postgres://supabase_admin:${PASSWORD}@${on(name)}/postgres`;
  const target = {
    RATCHET_REMOTE_URL: `http://${on('PRIMARY_API')}`,
    RATCHET_REMOTE_PUBLISHABLE_KEY: KEYS.SUPABASE_PUBLISHABLE_KEY,
    RATCHET_REMOTE_SECRET_KEY: KEYS.SUPABASE_SECRET_KEY,
    RATCHET_REMOTE_DATABASE_URL: database('PRIMARY'),
    RATCHET_REMOTE_REPLICA_URLS: `http://${on('REPLICA_API')}`,
    RATCHET_REMOTE_REPLICA_DATABASE_URLS: database('REPLICA'),
  };
  const command = [join(root, 'bin/ratchet.js'), ...args, '--subject', 'legacy'];
  return spawnSync(process.execPath, command, { cwd: root, env: { ...process.env, ...target }, encoding: 'utf8' });
}

it('a request with a wrong key is refused', async () => {
  const { status } = await createClient(url, 'sb_secret_wrong').from('stories').select();
  expect(status).toBe(401);
});
