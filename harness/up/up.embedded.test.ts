import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signToken } from '../gateway/access-token.ts';
import { CLI_KEYS } from '../gateway/api-access.ts';
import { Terminal, type RunningUp } from './up.test-support.ts';

const terminal = new Terminal();
afterAll(() => terminal.close());

function clientOf({ variables }: RunningUp, url = variables['API_URL']!) {
  // The client's own retries would outlast a fault.
  const options = { auth: { persistSession: false }, db: { retry: false } } as const;
  return createClient(url, variables['SERVICE_ROLE_KEY']!, options);
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const clusterOf = ({ variables }: RunningUp): string => /host=(.*)\/primary\.sock/.exec(variables['DB_URL']!)![1]!;
const processesOf = (path: string): string[] =>
  spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(path));
const folders = (): string[] => readdirSync(terminal.tmp).filter((name) => name.startsWith('ratchet-'));
const isGone = (up: RunningUp): boolean =>
  !existsSync(clusterOf(up)) &&
  processesOf(clusterOf(up)).length === 0 &&
  processesOf(join(terminal.tmp, 'ratchet-')).length === 0 &&
  folders().length === 0;

describe('an environment that is up', () => {
  let up: RunningUp;
  beforeAll(async () => {
    up = await terminal.up('--subject', 'guarded');
  });
  afterEach(() => {
    terminal.ratchet(['fault', 'clear']);
  });
  afterAll(async () => {
    up.child.kill('SIGINT');
    await up.ended;
  });

  const titles = async (url?: string): Promise<unknown[]> => {
    const { data, error } = await clientOf(up, url).from('stories').select('id, title').order('id');
    if (error) throw new Error(error.message);
    return data.map((row) => row['title']);
  };
  const write = async (id: string, title: string): Promise<void> => {
    const { error } = await clientOf(up).from('stories').upsert({ id, title });
    if (error) throw new Error(error.message);
  };

  it('pushes changes to a subscriber', async () => {
    const client = createClient(up.variables['API_URL']!, up.variables['ANON_KEY']!);
    const changes: unknown[] = [];
    const isReady = Promise.withResolvers<void>();
    client
      .channel('stories')
      .on('postgres_changes', { event: '*', schema: 'public', table: 'stories', filter: 'id=eq.pushed' }, (change) =>
        changes.push(change.new),
      )
      .on('system', {}, () => isReady.resolve())
      .subscribe();
    await isReady.promise;
    await write('pushed', 'one');
    await eventually(() => changes.length === 1);
    expect(changes).toMatchObject([{ id: 'pushed', title: 'one' }]);
    await client.removeAllChannels();
    await client.realtime.disconnect();
    await clientOf(up).from('stories').delete().eq('id', 'pushed');
  });

  it('serves an application by URL and key, and each database separately', async () => {
    await write('a', 'one');
    await eventually(async () => (await titles()).length === 1);
    const { PRIMARY_API_URL, REPLICA_API_URLS, DB_URL, REPLICA_DB_URLS, ANON_KEY, PUBLISHABLE_KEY } = up.variables;
    expect(await titles(PRIMARY_API_URL)).toEqual(['one']);
    expect(await titles(REPLICA_API_URLS)).toEqual(['one']);
    for (const key of [ANON_KEY!, PUBLISHABLE_KEY!]) {
      const { error } = await createClient(up.variables['API_URL']!, key).from('stories').select();
      expect(error).toBeNull();
    }
    for (const [url, expected] of [
      [DB_URL, false],
      [REPLICA_DB_URLS, true],
    ] as const) {
      const sql = postgres({
        host: new URL(url!).searchParams.get('host')!,
        user: 'postgres',
        database: 'postgres',
        max: 1,
      });
      expect(await sql`select pg_is_in_recovery() as replica`).toEqual([{ replica: expected }]);
      await sql.end();
    }
  });

  it('shows commits late or not at all during a lag, and all of them after a resume', async () => {
    const { stdout, status } = terminal.ratchet(['lag', 'pause']);
    expect([stdout, status]).toEqual([expect.stringMatching(/^#\d+ {2}replica-1 pauses\n$/), 0]);
    await write('a', 'two');
    expect(await titles()).toEqual(['one']);
    expect(await titles(up.variables['PRIMARY_API_URL'])).toEqual(['two']);
    expect(terminal.ratchet(['lag', '1day']).stderr).toContain('It must be like 2s or 500ms.');
    expect(terminal.ratchet(['lag', '1min']).stdout).toMatch(/replica-1 is late by 60000 ms\n$/);
    await write('a', 'three');
    expect(await titles()).not.toContain('three');
    expect(terminal.ratchet(['lag', 'resume']).stdout).toBe('no fault is active\n');
    expect(await titles()).toEqual(['three']);
  });

  it('shows commits up to the one at which it is held', async () => {
    await write('b', 'held');
    const client = clientOf(up);
    const advance = async (generation_progress: number) =>
      client.from('stories').update({ generation_progress, generation_status: 'generating' }).eq('id', 'b');
    const shown = async () => (await client.from('stories').select('generation_progress').eq('id', 'b')).data;
    terminal.ratchet(['lag', 'hold', 'b', '10']);
    for (const progress of [5, 10, 20]) expect((await advance(progress)).error).toBeNull();
    await eventually(async () => (await shown())?.[0]?.['generation_progress'] === 10);
    expect(await shown()).toEqual([{ generation_progress: 10 }]);
    terminal.ratchet(['lag', 'resume']);
    expect(await shown()).toEqual([{ generation_progress: 20 }]);
  });

  it('applies a fault to the given requests, the given number of times', async () => {
    const begun = terminal.ratchet(['fault', 'http-error', '--method', 'POST', '--times', '1', '--format', 'json']);
    expect(JSON.parse(begun.stdout).faults).toMatchObject([{ fault: { kind: 'http-error', status: 503 }, left: 1 }]);
    await expect(write('a', 'four')).rejects.toThrow('injected by the load balancer');
    await write('a', 'four');
    terminal.ratchet(['fault', 'http-lose-response', '--method', 'POST']);
    await expect(write('a', 'five')).rejects.toThrow('fetch failed');
    expect(await titles(up.variables['PRIMARY_API_URL'])).toContain('five');
  });

  it('accepts every command of the documentation', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/UP.md', import.meta.url)), 'utf8');
    const commands = [...page.matchAll(/^ratchet ((?:lag|fault) .*?)(?: +#.*)?$/gm)].map(([, words]) =>
      words!.split(' '),
    );
    expect(commands.length).toBeGreaterThan(8);
    for (const words of commands) {
      const { stderr, status } = terminal.ratchet(words);
      expect([words.join(' '), stderr, status]).toEqual([words.join(' '), '', 0]);
    }
  });

  it('has the keys of the CLI of Supabase on request, with which a user can be signed in', async () => {
    const other = await terminal.up('--migrations', 'fixtures/story-app/supabase/migrations', '--stable-keys');
    const { API_URL, SECRET_KEY, JWT_SECRET } = other.variables;
    expect([SECRET_KEY, JWT_SECRET]).toEqual([CLI_KEYS.secret, CLI_KEYS.jwtSecret]);
    expect(up.variables['JWT_SECRET']).not.toBe(JWT_SECRET);
    const { auth } = createClient(API_URL!, SECRET_KEY!);
    const { data } = await auth.getUser(signToken({ sub: 'ana', role: 'authenticated' }, JWT_SECRET!));
    expect(data.user).toMatchObject({ id: 'ana', role: 'authenticated' });
    other.child.kill('SIGINT');
    await other.ended;
  });

  it('is found by its name if several are up', async () => {
    const other = await terminal.up('--migrations', 'fixtures/story-app/supabase/migrations', '--replicas', '2');
    expect(terminal.ratchet(['fault', 'list'])).toMatchObject({
      status: 64,
      stderr: 'ratchet: several environments are up: up, up-2 — choose one with --up NAME\n',
    });
    expect(terminal.ratchet(['lag', 'pause', '--up', 'up-2']).stdout).toMatch(/replica-1 .*\n.*replica-2 /);
    const held = terminal.ratchet(['lag', 'hold', 'a', '10', '--up', 'up-2']);
    expect(held).toMatchObject({ status: 64, stderr: expect.stringContaining('start `ratchet up` with --subject') });
    const taken = terminal.ratchet(['up', '--name', 'up-2']);
    expect(taken).toMatchObject({ status: 64, stderr: expect.stringContaining('called up-2 is up already') });
    other.child.kill('SIGTERM');
    expect(await other.ended).toBe(143);
    expect(terminal.ratchet(['fault', 'list']).status).toBe(0);
  });
});

describe('an environment ends on', () => {
  afterEach(() => terminal.killAll());

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: nothing is left when it has ended', async (signal, code) => {
    const up = await terminal.up();
    expect(processesOf(clusterOf(up)).length).toBeGreaterThan(2);
    up.child.kill(signal);
    expect(await up.ended).toBe(code);
    expect([existsSync(clusterOf(up)), folders()]).toEqual([false, []]);
    await eventually(() => isGone(up));
  });

  it('SIGKILL: servers, watchdogs and files are removed soon after, and no environment is found', async () => {
    const up = await terminal.up('--lag', 'pause');
    expect(terminal.ratchet(['fault', 'list']).stdout).toContain('replica-1 pauses');
    up.child.kill('SIGKILL');
    await up.ended;
    await eventually(() => isGone(up));
    const { status, stderr } = terminal.ratchet(['lag', '5s']);
    expect([status, stderr]).toEqual([64, 'ratchet: no environment is up — start it with `ratchet up`\n']);
  });

  it('the death of a database: it names the database, and leaves nothing', async () => {
    const up = await terminal.up();
    const pid = Number.parseInt(readFileSync(join(clusterOf(up), 'replica-1', 'postmaster.pid'), 'utf8'), 10);
    process.kill(pid, 'SIGKILL');
    expect(await up.ended).toBe(2);
    expect(up.errors()).toMatch(/^ratchet: PostgreSQL replica-1 died .*\n$/);
    await eventually(() => isGone(up));
  });

  it('a port that is in use: before a database is started', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { status, stdout, stderr } = terminal.ratchet(['up', '--port', String(port)]);
    server.close();
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `ratchet: cannot listen at 127.0.0.1:${port}: the port is in use — choose another port, or omit it to use a free port\n`,
    );
    await eventually(() => folders().length === 0);
  });

  it('a virtual backend', () => {
    const { status, stderr } = terminal.ratchet(['up', '--backend', 'simulated']);
    expect([status, stderr]).toEqual([64, expect.stringContaining('simulated works only within a run')]);
  });
});
