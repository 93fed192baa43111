import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ParcelApp } from './parcel-app.test-support.ts';
import { Terminal, type Outcome, type RunningUp } from './up.test-support.ts';

const terminal = new Terminal();
const app = new ParcelApp();
afterAll(() => {
  app.close();
  terminal.close();
});

/** A limit for what hangs. */
const WITHIN = { timeout: 30_000, interval: 20 };

const REPORT = ['--report', join(terminal.tmp, 'reports')];
const runs = (scenario: string): string[] => ['run', scenario, '--on', 'up', '--subject', app.subject].concat(REPORT);

describe('a run on an environment', () => {
  let up: RunningUp;
  beforeAll(async () => {
    up = await terminal.up('--subject', app.subject);
  });
  afterEach(async () => {
    app.stop();
    await primary().from('parcels').delete().neq('code', '');
    await primary().from('depots').delete().neq('name', '');
  });
  afterAll(async () => {
    up.child.kill('SIGINT');
    await up.ended;
  });

  const primary = () => createClient(up.variables['PRIMARY_API_URL']!, up.variables['SECRET_KEY']!);
  const rows = async (): Promise<unknown[]> => {
    const found = await Promise.all(['parcels', 'depots'].map((table) => primary().from(table).select()));
    return found.flatMap(({ data }) => data ?? [null]);
  };
  const untilRows = (count: number) => vi.waitUntil(async () => (await rows()).length === count, WITHIN);
  const faults = (): string => terminal.ratchet(['fault', 'list']).stdout;
  /** The application, started for a URL of the environment. */
  const started = async (url: string, stepMs?: number): Promise<NodeJS.ProcessEnv> => ({
    PARCEL_URL: await app.start({
      url: up.variables[url]!,
      key: up.variables['SECRET_KEY']!,
      ...(stepMs && { stepMs }),
    }),
  });

  it('shows the reversion of an application that runs elsewhere, and leaves the environment as it was', async () => {
    const variables = await started('API_URL');
    const { stdout, stderr, status } = terminal.ratchet(runs('lagging-replica'), variables);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/✗ monotonic-view +tab-1 saw story-1 go from 85% back to 10%/);
    expect(stdout).toMatch(/tab-1 was shown 10% +served by replica-1, which had replayed up to/);
    expect(stdout).toContain('✓ monotonic-commits, integrity, convergence');
    expect(stdout).not.toContain('note:');
    expect(stdout).toMatch(/replay: .* --on up\n/);
    expect([await rows(), faults()]).toEqual([[], 'no fault is active\n']);
    const plan = /replay: +ratchet replay (\S+)/.exec(stdout)![1]!;
    const replayed = terminal.ratchet(['replay', plan, '--on', 'up', '--subject', app.subject], variables);
    expect(replayed).toMatchObject({ status: 1, stderr: '' });
  });

  it('pushes what the application writes to a tab with a stream, until a fault of the run ends its channel', async () => {
    const variables = await started('API_URL');
    expect(terminal.ratchet(runs('filter-hides-end'), variables)).toMatchObject({ status: 0, stderr: '' });
    const { stdout, status } = terminal.ratchet(runs('token-expired'), variables);
    expect(stdout).toMatch(/✗ convergence +tab-1 was last shown story-1 at (40|85)%, but it ended at 100%/);
    expect(status).toBe(1);
    expect(await rows()).toEqual([]);
  });

  it('is connected when `ratchet try` says so', async () => {
    const args = ['try', '--on', 'up', '--subject', app.subject];
    const { stdout, status } = terminal.ratchet(args, await started('API_URL'));
    expect([stdout, status]).toEqual([expect.stringContaining('✓ end recognised: 100%, completed'), 0]);
    expect(await rows()).toEqual([]);
  });

  it('is not connected if the application uses another Supabase', async () => {
    const PARCEL_URL = await app.start({ url: 'http://127.0.0.1:1', key: up.variables['SECRET_KEY']! });
    const { stdout, status } = terminal.ratchet(['try', '--on', 'up', '--subject', app.subject], { PARCEL_URL });
    expect(status).toBe(2);
    expect(stdout).toMatch(/✗ routes.status: the status route: no answer within 4 s, and no request to http:\S+ — see/);
    expect(stdout).toContain(`start it with ${up.variables['API_URL']} as SUPABASE_URL, and build it with that URL`);
  });

  it('is inconclusive if the application asked nothing through the gateway of the environment', async () => {
    const { stdout, status } = terminal.ratchet(runs('lagging-replica'), await started('PRIMARY_API_URL'));
    expect(status).toBe(2);
    expect(stdout).toMatch(
      /nothing was tested: the application asked another Supabase: no request of it came to http:\S+, which must be its/,
    );
    expect(await rows()).toEqual([]);
  });

  it('records neither the writes nor the commits of other users of the environment', async () => {
    const variables = await started('API_URL');
    await primary().from('depots').insert({ name: 'south' });
    await primary().from('parcels').insert({ code: 'mine', depot: 'south' });
    const { child, outcome } = terminal.start([...runs('lagging-replica'), '--format', 'json'], variables);
    const others = createClient(up.variables['API_URL']!, up.variables['SECRET_KEY']!);
    while (child.exitCode === null) {
      const { error } = await others.from('parcels').update({ packed: 500 }).eq('code', 'mine');
      expect(error).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { stdout } = await outcome;
    const { historyFile } = JSON.parse(stdout).runs[0];
    const events = readFileSync(historyFile, 'utf8').trim().split('\n').slice(1);
    const keys = new Set(events.map((line) => JSON.parse(line).key).filter((key) => key !== undefined));
    expect(keys).toEqual(new Set(['story-1']));
    expect(await rows()).toEqual([{ code: 'mine', depot: 'south', packed: 500, phase: null }, { name: 'south' }]);
  });

  it('excludes other runs and faults while it lasts; if it is killed, the environment is as before', async () => {
    const variables = await started('API_URL', 60_000);
    const { child, outcome } = terminal.start(runs('lagging-replica'), variables);
    await untilRows(2);
    const inUse = 'ratchet: a run is using the environment up — wait for its end, or stop it\n';
    expect(terminal.ratchet(runs('lagging-replica'), variables)).toMatchObject({ status: 64, stderr: inUse });
    expect(terminal.ratchet(['lag', '1s'])).toMatchObject({ status: 64, stderr: inUse });
    child.kill('SIGKILL');
    await outcome;
    await untilRows(0);
    expect(terminal.ratchet(['lag', '1s']).status).toBe(0);
    terminal.ratchet(['lag', 'resume']);
    app.stop();
    expect(terminal.ratchet(runs('lagging-replica'), await started('API_URL')).status).toBe(1);
  });

  it('is interrupted by Ctrl-C, and leaves the environment as it was', async () => {
    const { child, outcome } = terminal.start(runs('lagging-replica'), await started('API_URL', 60_000));
    await untilRows(2);
    child.kill('SIGINT');
    expect((await outcome).status).toBe(130);
    expect([await rows(), faults()]).toEqual([[], 'no fault is active\n']);
  });

  describe('is refused in one line', () => {
    const refusal = (
      args: readonly string[],
      variables: NodeJS.ProcessEnv = {},
    ): Pick<Outcome, 'status' | 'stderr'> => {
      const { status, stderr } = terminal.ratchet(args, variables);
      return { status, stderr };
    };

    it('for a plan that needs more replicas, or a promotion', () => {
      expect(refusal(runs('unequal-replicas'))).toEqual({
        status: 64,
        stderr:
          'ratchet: the plan needs 2 replicas, but the environment up has 1 — start it with --replicas 2, or run the plan with --replicas 1\n',
      });
      expect(refusal(runs('failover-lost-tail'))).toMatchObject({
        status: 64,
        stderr: expect.stringContaining('environment up cannot do what faults.1 (promotion) of the plan needs'),
      });
    });

    it('for a subject with another table than that of the environment', async () => {
      expect(refusal(runs('lagging-replica'), { ...(await started('API_URL')), PARCEL_TABLE: 'crates' })).toEqual({
        status: 64,
        stderr:
          'ratchet: the environment up reports the commits of the table parcels, but the subject keeps its progress in crates — start `ratchet up` with the --subject of the run\n',
      });
    });

    it('while a fault of the user is active, which remains', async () => {
      terminal.ratchet(['lag', '1s']);
      expect(refusal(runs('lagging-replica'), await started('API_URL'))).toEqual({
        status: 64,
        stderr:
          'ratchet: a fault is active in the environment up: replica-1 is late by 1000 ms — end it with `ratchet fault clear`: a run starts its own faults\n',
      });
      expect(faults()).toContain('replica-1 is late by 1000 ms');
      terminal.ratchet(['lag', 'resume']);
    });

    it('if a row exists already, which remains', async () => {
      await primary().from('depots').insert({ name: 'north' });
      expect(refusal(runs('lagging-replica'), await started('API_URL'))).toMatchObject({
        status: 64,
        stderr: expect.stringMatching(
          /^ratchet: a row of the seed for depots was refused by the database: duplicate key/,
        ),
      });
      expect(await rows()).toEqual([{ name: 'north' }]);
    });

    it('if the application does not answer', () => {
      expect(refusal(runs('lagging-replica'), { PARCEL_URL: 'http://127.0.0.1:1' })).toEqual({
        status: 2,
        stderr: expect.stringMatching(
          /^ratchet: the application at http:\/\/127.0.0.1:1 does not answer: .* — start it/,
        ),
      });
    });

    it('with a backend, for another name, and by explore', () => {
      expect(refusal([...runs('lagging-replica'), '--backend', 'embedded'])).toMatchObject({
        status: 64,
        stderr: expect.stringContaining("option '--on <name>' cannot be used with option '--backend <name>'"),
      });
      expect(refusal(['try', '--on', 'dev', '--subject', app.subject])).toEqual({
        status: 64,
        stderr: 'ratchet: no environment called dev is up — available: up\n',
      });
      expect(refusal(['explore', '--on', 'up'])).toMatchObject({
        status: 64,
        stderr: expect.stringContaining(
          'explore searches in a simulation, which the environment up cannot take part in',
        ),
      });
    });
  });
});

it('an environment that ends during a run makes it inconclusive, and the run says so', async () => {
  const up = await terminal.up('--subject', app.subject);
  const { API_URL: url, SECRET_KEY: key, PRIMARY_API_URL: api } = up.variables;
  const PARCEL_URL = await app.start({ url: url!, key: key!, stepMs: 60_000 });
  const { outcome } = terminal.start(runs('lagging-replica'), { PARCEL_URL });
  const parcels = createClient(api!, key!).from('parcels');
  await vi.waitUntil(async () => (await parcels.select()).data?.length === 1, WITHIN);
  up.child.kill('SIGINT');
  expect(await up.ended).toBe(130);
  const { stdout, stderr, status } = await outcome;
  expect([status, stdout + stderr]).toEqual([
    2,
    expect.stringMatching(/the (connection to the )?environment( up)? has ended/),
  ]);
  expect(existsSync(/host=(.*)\/primary\.sock/.exec(up.variables['DB_URL']!)![1]!)).toBe(false);
});

it('a run without an environment is refused', () => {
  expect(terminal.ratchet(runs('lagging-replica'))).toMatchObject({
    status: 64,
    stderr: 'ratchet: no environment is up — start it with `ratchet up`\n',
  });
});
