import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signToken } from '../../gateway/access-token.ts';
import { aStory, aTab, plan as planOf } from '../../plan/builders/builders.ts';
import { Terminal, type RunningUp } from '../../up/up.test-support.ts';
import { TEST_TARGET_TABLE } from '../../port/test-target.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const terminal = new Terminal();
afterAll(() => terminal.close());
const marker = join(terminal.tmp, 'marker.sql');
const reports = join(terminal.tmp, 'reports');
writeFileSync(marker, `create table public.${TEST_TARGET_TABLE} ();`);

/** The variables of a target, with or without its databases. */
function variablesOf({ variables }: RunningUp, withDatabases = true): NodeJS.ProcessEnv {
  return {
    RATCHET_REMOTE_URL: variables['PRIMARY_API_URL']!,
    RATCHET_REMOTE_PUBLISHABLE_KEY: variables['PUBLISHABLE_KEY']!,
    RATCHET_REMOTE_SECRET_KEY: variables['SECRET_KEY']!,
    ...(withDatabases && {
      RATCHET_REMOTE_DATABASE_URL: variables['DB_URL']!,
      RATCHET_REMOTE_REPLICA_URLS: variables['REPLICA_API_URLS']!,
      RATCHET_REMOTE_REPLICA_DATABASE_URLS: variables['REPLICA_DB_URLS']!,
    }),
  };
}

const remote = ['--backend', 'remote', '--report', reports];
const run = (words: string, target: NodeJS.ProcessEnv) =>
  terminal.ratchet(['run', ...words.split(' '), ...remote], target);

/** The plan of `lagging-replica` with intervals long enough to pause replay between two steps. */
function slowPlan(): string {
  const own = join(terminal.tmp, 'simulated');
  terminal.ratchet(['run', 'lagging-replica', '--subject', 'guarded', '--backend', 'simulated', '--report', own]);
  const plan = JSON.parse(readFileSync(join(own, 'latest', 'plan.json'), 'utf8'));
  for (const step of plan.generations[0].steps) step.after_ms = 1_500;
  const file = join(terminal.tmp, 'slow.json');
  writeFileSync(file, JSON.stringify(plan));
  return file;
}

/** Runs SQL on a database of the target. */
async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const host = new URL(url).searchParams.get('host')!;
  const database = postgres({ host, user: 'postgres', database: 'postgres', max: 1 });
  try {
    return (await database.unsafe(sql)).map((row) => ({ ...row }));
  } finally {
    await database.end();
  }
}

/**
 * What a run could leave on the target: rows, slots, publications, a paused replica. Without those that Realtime of the target
 * has for as long as it runs.
 */
async function leftOn({ variables }: RunningUp) {
  const { DB_URL, REPLICA_DB_URLS } = variables;
  const [primary] = await ask(
    DB_URL!,
    `select (select count(*)::int from stories) as rows,
            (select count(*)::int from pg_replication_slots where slot_name like 'ratchet\\_%' and slot_name <> 'ratchet_realtime') as slots,
            (select count(*)::int from pg_publication where pubname like 'ratchet\\_%' and pubname not like 'ratchet\\_realtime%') as publications`,
  );
  const [replica] = await ask(REPLICA_DB_URLS!, 'select pg_get_wal_replay_pause_state() as replay');
  return { ...primary, ...replica };
}

/** Every write uses a transaction id. */
const NEXT_TRANSACTION = 'select pg_snapshot_xmax(pg_current_snapshot())::text as next';

const NOTHING = { rows: 0, slots: 0, publications: 0, replay: 'not paused' };

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('an unmarked target', () => {
  let up: RunningUp;
  beforeAll(async () => {
    up = await terminal.up('--subject', 'legacy', '--name', 'unmarked');
  });
  afterAll(async () => {
    up.child.kill('SIGINT');
    await up.ended;
  });

  it('is refused in one line, and nothing is written to it', async () => {
    const before = await ask(up.variables['DB_URL']!, NEXT_TRANSACTION);
    const { status, stderr } = run('lagging-replica --subject legacy', variablesOf(up));
    expect([status, stderr]).toEqual([
      64,
      `ratchet: the target at RATCHET_REMOTE_URL is not marked as a test target, so nothing is written to it — its owner must create the table ${TEST_TARGET_TABLE}, or use --i-own-this-target\n`,
    ]);
    expect(await ask(up.variables['DB_URL']!, NEXT_TRANSACTION)).toEqual(before);
  });

  it('reproduces the reversion of legacy with --i-own-this-target, at the exact commit, and is restored', async () => {
    const words = ['replay', slowPlan(), '--subject', 'legacy', '--i-own-this-target', ...remote];
    const { status, stdout, stderr } = terminal.ratchet(words, variablesOf(up));
    expect(stderr).toBe('');
    expect(stdout).toContain('✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%');
    expect(stdout).toContain('✓ monotonic-commits');
    const [, committed] = /wrote 10% +committed at (0\/[0-9A-F]+)/.exec(stdout)!;
    expect(stdout).toMatch(new RegExp(`shown 10% +served by replica-1, which had replayed up to ${committed} `));
    expect(status).toBe(1);
    expect(await leftOn(up)).toEqual(NOTHING);
  });
});

describe('a marked target', () => {
  let up: RunningUp;
  beforeAll(async () => {
    const schema = ['fixtures/story-app/supabase/migrations', 'fixtures/subjects/guarded/migrations', marker];
    up = await terminal.up('--name', 'marked', ...schema.flatMap((path) => ['--migrations', path]));
  });
  afterEach(async () => {
    await eventually(async () => JSON.stringify(await leftOn(up)) === JSON.stringify(NOTHING));
  });
  afterAll(async () => {
    up.child.kill('SIGINT');
    await up.ended;
  });

  it('passes with guarded, and the order of commits is known', () => {
    const words = ['replay', slowPlan(), '--subject', 'guarded', '--verbose', ...remote];
    const { status, stdout } = terminal.ratchet(words, variablesOf(up));
    expect(stdout).toContain('✓ monotonic-commits');
    expect(stdout).toMatch(/^✓ lagging-replica {2}guarded {2}remote /);
    expect(status).toBe(0);
  });

  it('without databases runs plans that need none, and reports what is unknown', () => {
    const target = variablesOf(up, false);
    const restart = run('restart --subject guarded --property monotonic-commits --property monotonic-view', target);
    expect(restart.stdout).toMatch(/\? monotonic-commits +not judged: the history has no commit events/);
    expect(restart.stdout).toMatch(/✓ monotonic-view/);
    expect(restart.stdout).toContain(
      'note:    the order of commits is unknown: RATCHET_REMOTE_DATABASE_URL is not set',
    );
    expect(restart.status).toBe(2);
    for (const [scenario, capability] of [
      ['lagging-replica', 'replicas'],
      ['racing-writers', 'commits'],
    ]) {
      const { status, stderr } = run(`${scenario} --subject guarded`, target);
      const why = `of the plan needs: ${capability} — RATCHET_REMOTE_DATABASE_URL is not set; it can do: `;
      expect([status, stderr]).toEqual([64, expect.stringContaining(why)]);
    }
  });

  it('with restricted database permissions reports the missing capabilities and the reason', async () => {
    const { DB_URL, REPLICA_DB_URLS } = up.variables;
    await ask(DB_URL!, 'create role limited login');
    const limited = (url: string): string => url.replace('postgres@', 'limited@');
    const target = { ...variablesOf(up), RATCHET_REMOTE_DATABASE_URL: limited(DB_URL!) };
    const why = 'the order of commits is unknown: the database does not permit logical decoding (permission denied';
    const restart = run('restart --subject guarded --property monotonic-view --verbose', target);
    expect([restart.status, restart.stdout]).toEqual([0, expect.stringContaining(`note:    ${why}`)]);
    for (const [scenario, capability] of [
      ['lagging-replica', 'lag-exact'],
      ['racing-writers', 'commits'],
    ]) {
      const { status, stderr } = run(`${scenario} --subject guarded`, target);
      expect([status, stderr]).toEqual([64, expect.stringContaining(`of the plan needs: ${capability} — ${why}`)]);
    }
    const paused = { ...variablesOf(up), RATCHET_REMOTE_REPLICA_DATABASE_URLS: limited(REPLICA_DB_URLS!) };
    const { status, stderr } = run('lagging-replica --subject guarded', paused);
    expect([status, stderr]).toEqual([
      64,
      expect.stringContaining('the user of RATCHET_REMOTE_REPLICA_DATABASE_URLS is not permitted to pause replay'),
    ]);
    const swapped = { ...variablesOf(up), RATCHET_REMOTE_DATABASE_URL: REPLICA_DB_URLS! };
    expect(run('restart --subject guarded', swapped).stderr).toContain('names a replica; it must name the primary');
  });

  it('refuses a plan that its replicas cannot run, with the missing capability', () => {
    const plan = {
      plan: 1,
      scenario: 'late',
      seed: 1,
      generations: [{ worker: 'w', story: 's', steps: [{ progress: 1, after_ms: 0 }] }],
      observers: [],
      properties: ['integrity'],
      faults: [{ kind: 'lag', mode: 'timed', replica: 'replica-1', delay_ms: 5 }],
    };
    const file = join(terminal.tmp, 'late.json');
    writeFileSync(file, JSON.stringify(plan));
    const { status, stderr } = terminal.ratchet(['replay', file, '--subject', 'guarded', ...remote], variablesOf(up));
    expect([status, stderr]).toEqual([64, expect.stringContaining('faults.0 (lag) of the plan needs: lag-timed')]);
  });

  it.each([
    ['stream-gap', 'live', 'with', 0, '✓ convergence'],
    // Its moments are times: no fault follows a commit.
    ['stream-reversed --property monotonic-view', 'live', 'without', 0, '✓ monotonic-view'],
    ['stream-reversed', 'legacy', 'with', 1, '✗ monotonic-view'],
  ])('runs %s with a stream of %s, %s its database', (words, subject, databases, code, line) => {
    const target = variablesOf(up, databases === 'with');
    const { status, stdout, stderr } = run(`${words} --subject ${subject} --verbose`, target);
    expect([stderr, status], stdout).toEqual(['', code]);
    expect(stdout).toContain(line);
    // What is committed in the gap is not pushed.
    const history = readFileSync(join(reports, 'latest', 'history.ndjson'), 'utf8');
    expect(history.includes('"f":"receive"')).toBe(words !== 'stream-gap');
  });

  it('refuses a plan whose fault needs the server of Realtime', () => {
    const { status, stderr } = run('slot-lost --subject live', variablesOf(up));
    const what = 'the backend remote cannot do what faults.0 (stream-slot-lost) of the plan needs: stream-server';
    const why = 'faults of Realtime are made on the way to the target, and this one needs its server';
    const can = 'out-of-rotation, http-faults, stream, commits, replicas, lag-paused, lag-exact';
    expect([status, stderr]).toEqual([64, `ratchet: ${what} — ${why}; it can do: ${can}\n`]);
  });

  it('refuses a plan with a stream of a table that is not published', async () => {
    const { DB_URL } = up.variables;
    await ask(DB_URL!, 'alter publication supabase_realtime drop table stories');
    const { status, stderr } = run('stream-gap --subject live', variablesOf(up));
    await ask(DB_URL!, 'alter publication supabase_realtime add table stories');
    expect([status, stderr]).toEqual([
      64,
      expect.stringMatching(/^ratchet: .* the changes of the table stories cannot be subscribed to — .*\n$/),
    ]);
  });

  it('refuses a run whose story already exists, and keeps that story', async () => {
    await ask(up.variables['DB_URL']!, `insert into stories (id, title) values ('story-1', 'theirs')`);
    const { status, stderr } = run('restart --subject guarded', variablesOf(up));
    expect([status, stderr]).toEqual([64, expect.stringContaining('story-1 already exists')]);
    expect(await ask(up.variables['DB_URL']!, 'delete from stories returning title')).toEqual([{ title: 'theirs' }]);
  });

  it('with a wrong key, or that does not answer, is reported in one line', () => {
    const wrong = { ...variablesOf(up), RATCHET_REMOTE_SECRET_KEY: 'sb_secret_of_another_project' };
    expect(run('restart --subject guarded', wrong)).toMatchObject({
      status: 64,
      stderr: 'ratchet: the target refuses the key of RATCHET_REMOTE_SECRET_KEY: Invalid API key — check the key\n',
    });
    const gone = {
      ...variablesOf(up),
      RATCHET_REMOTE_DATABASE_URL: 'postgresql://u:the-password@127.0.0.1:9/postgres',
    };
    const { status, stderr } = run('restart --subject guarded', gone);
    expect([status, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toContain('the database of RATCHET_REMOTE_DATABASE_URL cannot be reached: ECONNREFUSED');
    expect(stderr).not.toContain('the-password');
    const empty = run('restart --subject guarded', {});
    expect([empty.status, empty.stderr]).toEqual([64, expect.stringContaining('set RATCHET_REMOTE_URL, ')]);
  });

  it('is described by ratchet doctor', () => {
    const { stdout } = terminal.ratchet(['doctor'], variablesOf(up));
    expect(stdout).toContain('✓ target: marked as a test target');
    expect(stdout).toContain('✓ order of commits: from its database');
    expect(terminal.ratchet(['doctor']).stdout).toContain('✗ target: no target is configured: set RATCHET_REMOTE_URL');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const)('is restored after %s ends a run', async (signal, code) => {
    const own = join(terminal.tmp, signal);
    const words = ['replay', slowPlan(), '--subject', 'guarded', '--backend', 'remote', '--report', own];
    const env = { ...process.env, ...variablesOf(up), TMPDIR: terminal.tmp };
    const child = spawn(process.execPath, ['bin/ratchet.js', ...words], { cwd: root, env, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const history = join(own, 'latest', 'history.ndjson');
    await eventually(() => existsSync(history) && readFileSync(history, 'utf8').includes('"f":"show"'));
    const midway = JSON.stringify({ rows: 1, slots: 1, publications: 0, replay: 'paused' });
    await eventually(async () => JSON.stringify(await leftOn(up)) === midway);
    // The watchdog runs, and has the keys.
    const processes = spawnSync('ps', ['-A', '-ww', '-o', 'args'], { encoding: 'utf8' }).stdout;
    expect(processes).toContain('const cleanups = []');
    expect(processes).not.toContain(up.variables['SECRET_KEY']);
    child.kill(signal);
    expect(await ended).toBe(code);
    await eventually(async () => JSON.stringify(await leftOn(up)) === JSON.stringify(NOTHING));
  });

  it('never has its keys printed or written to a file, not even keys in its answers', async () => {
    const { SECRET_KEY, PUBLISHABLE_KEY } = up.variables;
    const json = run('restart --subject guarded --format json', variablesOf(up));
    expect(json.status).toBe(0);
    const written = globSync('**/*.{json,ndjson}', { cwd: terminal.tmp }).map((name) =>
      readFileSync(join(terminal.tmp, name), 'utf8'),
    );
    expect(written.length).toBeGreaterThan(5);
    for (const key of [SECRET_KEY!, PUBLISHABLE_KEY!]) {
      expect([json.stdout, json.stderr, ...written].filter((text) => text.includes(key))).toEqual([]);
    }
    // The keys are valid.
    const client = createClient(up.variables['API_URL']!, SECRET_KEY!, { auth: { persistSession: false } });
    expect((await client.from('stories').select('id')).error).toBeNull();
  });
});

describe('a target with an application of its own', () => {
  let up: RunningUp;
  let server: ChildProcess;
  const app = join(root, 'fixtures/render-app');
  const owner = '11111111-1111-4111-8111-111111111111';
  const subject = join(terminal.tmp, 'render.ts');
  const plan = join(terminal.tmp, 'render.json');

  beforeAll(async () => {
    const schema = [join(app, 'supabase/migrations'), marker];
    up = await terminal.up('--name', 'render', '--no-seed', ...schema.flatMap((path) => ['--migrations', path]));
    const { API_URL, SECRET_KEY } = up.variables;
    const settings = { NEXT_PUBLIC_SUPABASE_URL: API_URL, SUPABASE_SERVICE_ROLE_KEY: SECRET_KEY, PORT: '0' };
    server = spawn(process.execPath, ['server.ts'], { cwd: app, env: { ...process.env, ...settings } });
    const [line] = await once(server.stdout!, 'data');
    writeFileSync(
      subject,
      `import { defineSubject, url } from ${JSON.stringify(join(root, 'harness/index.ts'))};
      export const subject = defineSubject({
        app: url(${JSON.stringify(String(line).trim())}),
        database: {
          seed: () => ({ owners: [{ id: '${owner}', name: 'Ada' }] }),
          table: 'render_jobs', key: 'id', keyOf: 'uuid', row: { owner_id: '${owner}' },
          progress: { column: 'pct', max: 1 }, status: { column: 'state', completed: 'done' },
        },
        routes: { status: '/api/jobs/:id', start: '/api/jobs/:id/start' },
      });`,
    );
    const [story, tab] = [aStory('story-1'), aTab('tab-1')];
    const body = {
      plan: 1,
      scenario: 'render',
      seed: 1,
      ...planOf({
        replicas: 0,
        generations: [story.runs(100)],
        observers: [tab.polls(story, { everyMs: 50 })],
        properties: ['monotonic-view', 'integrity', 'convergence'],
      }),
    };
    writeFileSync(plan, JSON.stringify(body));
  });
  afterAll(async () => {
    server.kill();
    up.child.kill('SIGINT');
    await up.ended;
  });

  const rows = () => ask(up.variables['DB_URL']!, 'select name from owners union all select state from render_jobs');
  const replay = (withDatabases: boolean, ...more: string[]) =>
    terminal.ratchet(['replay', plan, '--subject', subject, ...more, ...remote], variablesOf(up, withDatabases));

  it.each([
    ['commits', true, []],
    ['answers of the status route', false, ['--property', 'monotonic-view']],
  ])('ends its generations by %s, and its seed is removed', async (_, withDatabases, properties) => {
    const { status, stdout, stderr } = replay(withDatabases, ...properties);
    expect([stderr, status], stdout).toEqual(['', 0]);
    const history = readFileSync(join(reports, 'latest', 'history.ndjson'), 'utf8');
    expect(history).toContain(
      '"f":"show","key":"story-1","value":{"generation":1,"progress":100,"status":"completed"}',
    );
    expect(history.includes('"f":"commit"')).toBe(withDatabases);
    expect(await rows()).toEqual([]);
  });

  it('is refused if neither its writes nor its commits are known, but integrity is to be judged', () => {
    const { status, stderr } = replay(false);
    expect([status, stderr]).toEqual([64, expect.stringContaining('for an application at a URL, needs: commits')]);
  });

  it('refuses a row of the seed that is there, and keeps it', async () => {
    await ask(up.variables['DB_URL']!, `insert into owners values ('${owner}', 'Ada')`);
    const { status, stderr } = replay(true);
    expect([status, stderr]).toEqual([64, expect.stringContaining('a row with the same id, name already exists')]);
    expect(await rows()).toEqual([{ name: 'Ada' }]);
  });
});

describe('a target with a signed-in user', () => {
  const ANA = '6f1c3a9e-55a4-4c0e-8a8b-0d7f3f1f2a10';
  const FILES = {
    'supabase/migrations/1.sql': `
      create table public.${TEST_TARGET_TABLE} ();
      create table public.videos (name text primary key, percent integer not null default 0, owner uuid not null references auth.users (id));
      alter table public.videos enable row level security;
      create policy "own videos" on public.videos for select to authenticated using (auth.uid() = owner);`,
    'app/videos/[name]/route.js': `
      import { createClient } from '@supabase/supabase-js';
      const auth = { persistSession: false };
      export async function GET(request, { params }) {
        const authorization = request.headers.get('authorization');
        const { SUPABASE_URL: url, SUPABASE_ANON_KEY: key } = process.env;
        const { error } = await createClient(url, key, { auth }).auth.getUser(authorization.replace('Bearer ', ''));
        if (error) return new Response(error.message, { status: 401 });
        const client = createClient(url, key, { auth, global: { headers: { authorization } } });
        const { data } = await client.from('videos').select('percent').eq('name', (await params).name).maybeSingle();
        return data === null ? new Response('no such video', { status: 404 }) : Response.json(data);
      }
      export async function POST(_, { params }) {
        const client = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SECRET_KEY, { auth });
        for (const percent of [40, 100]) await client.from('videos').update({ percent }).eq('name', (await params).name);
        return new Response('done');
      }`,
    'subject.ts': `
      import { defineSubject, modules } from 'ratchet';
      export const subject = defineSubject({
        app: modules(import.meta.dirname),
        database: { table: 'videos', key: 'name', row: { owner: '${ANA}' }, progress: 'percent' },
        routes: { status: '/videos/:name', start: '/videos/:name' },
        session: { userId: '${ANA}', sentAs: 'bearer', accessToken: process.env.ANA_TOKEN },
      });`,
  };
  const folder = join(terminal.tmp, 'videos');
  let up: RunningUp;

  beforeAll(async () => {
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules/@supabase'), join(folder, 'node_modules/@supabase'));
    symlinkSync(root, join(folder, 'node_modules/ratchet'));
    up = await terminal.up('--name', 'videos', '--migrations', join(folder, 'supabase/migrations'));
    await ask(up.variables['DB_URL']!, `insert into auth.users (id) values ('${ANA}')`);
  });
  afterAll(async () => {
    up.child.kill('SIGINT');
    await up.ended;
  });

  const tried = (secret: NodeJS.ProcessEnv) =>
    terminal.ratchet(['try', '--subject', join(folder, 'subject.ts'), '--backend', 'remote'], {
      ...variablesOf(up),
      ...secret,
    });

  it('reads its rows if the JWT secret is given', () => {
    const { stdout, stderr, status } = tried({ RATCHET_REMOTE_JWT_SECRET: up.variables['JWT_SECRET']! });
    expect([stderr, status], stdout).toEqual(['', 0]);
  });

  /** As the target issues it. */
  const tokenOf = (userId: string, exp = 4_102_444_800): string =>
    signToken({ sub: userId, role: 'authenticated', aud: 'authenticated', exp }, up.variables['JWT_SECRET']!);

  it('reads its rows with a given access token, and asks Auth of the target', () => {
    const { stdout, stderr, status } = tried({ ANA_TOKEN: tokenOf(ANA), RATCHET_REMOTE_URL: up.variables['API_URL']! });
    expect([stderr, status], stdout).toEqual(['', 0]);
  });

  it.each([
    ['is not a JWT', () => 'eyJ'],
    ['is of the user 11111111-1111-4111-8111-111111111111', () => tokenOf('11111111-1111-4111-8111-111111111111')],
    ['expired at 2020-01-01T00:00:00.000Z', () => tokenOf(ANA, 1_577_836_800)],
  ])('is refused with an access token that %s', (what, token) => {
    const { stderr, status } = tried({ ANA_TOKEN: token() });
    expect([status, stderr]).toEqual([
      64,
      `ratchet: the accessToken of tab-1 ${what} — sign in as the user of \`userId\`, and give the access token of that session\n`,
    ]);
  });

  it('is refused with another secret', () => {
    const { stderr, status } = tried({ RATCHET_REMOTE_JWT_SECRET: 'x'.repeat(40) });
    expect([status, stderr]).toEqual([
      64,
      'ratchet: the target refuses a token that is signed with RATCHET_REMOTE_JWT_SECRET: No suitable key or wrong key type — check the secret; a project may verify tokens by asymmetric keys instead\n',
    ]);
  });

  it('is refused without the secret, before anything is written', async () => {
    const { stderr, status } = tried({});
    expect([status, stderr]).toEqual([
      64,
      'ratchet: the subject has a session, but the JWT secret of the target is not known, so no access token can be signed — set RATCHET_REMOTE_JWT_SECRET, or give the session an accessToken: docs/SESSION.md\n',
    ]);
    expect(await ask(up.variables['DB_URL']!, 'select * from videos')).toEqual([]);
  });
});

describe('the example in the documentation', () => {
  it('has the documented result', async () => {
    const page = readFileSync(join(root, 'docs/REMOTE.md'), 'utf8');
    const script = /```sh\n(.*?)```/s.exec(page)![1]!;
    const folder = join(terminal.tmp, 'example');
    mkdirSync(folder);
    for (const name of ['fixtures', 'scenarios', 'ratchet.config.ts'])
      symlinkSync(join(root, name), join(folder, name));
    const command = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/ratchet.js')}' "$@"\n`;
    writeFileSync(join(folder, 'ratchet'), command, { mode: 0o755 });
    const env = { ...process.env, TMPDIR: terminal.tmp, PATH: `${folder}:${process.env['PATH']}` };
    const child = spawn('bash', ['-c', script], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk) => (printed += chunk));
    await new Promise((resolve) => child.on('close', resolve));
    expect(printed).toMatch(/✗ monotonic-view +tab-1 saw story-1 go from 85% back to \d+%/);
  });
});
