import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderSubject, startWatchedServer, type WatchedServer } from '../watch/watched-server.test-support.ts';
import { startCanary, type RunningCanary } from './canary.test-support.ts';
import { root, runRatchet } from './ratchet.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'watch-'));
const subject = join(folder, 'orders.ts');
beforeAll(() => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(subject, orderSubject(join(root, 'harness/index.ts')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let app: WatchedServer;
beforeEach(async () => {
  app = await startWatchedServer();
});
afterEach(() => app.close());

const running: RunningCanary[] = [];
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
});

function watch(args: readonly string[], env: Record<string, string> = {}): RunningCanary {
  const canary = startCanary([app.url, '--subject', subject, ...args], folder, env);
  running.push(canary);
  return canary;
}

/** Resolves after this many more polls. */
async function morePolls(count: number): Promise<void> {
  const from = app.requests.length;
  await vi.waitFor(() => expect(app.requests.length).toBeGreaterThanOrEqual(from + count), 30_000);
}

const set = (done: number, phase = 'packing', attempt = 1): void => void (app.order = { done, phase, attempt });

describe('ratchet watch', () => {
  it('holds, and exits with 0 on Ctrl-C, with a summary', async () => {
    const canary = watch(['--key', 'o-1']);
    await morePolls(6);
    set(1, 'shipped');
    await morePolls(6);
    set(0.1, 'packing', 2);
    await morePolls(6);
    expect(await canary.end()).toBe(0);
    expect(canary.output()).toMatch(/^http:\/\/127\.0\.0\.1:\d+: 1 key, 2 sessions\n/);
    expect(canary.output()).toMatch(/✓ held in \d+ s\n {2}\d+ polls: \d+ answered; \d+ values judged\n {2}latency p50/);
    expect(app.requests[0]).toBe('GET /orders/o-1/progress');
  });

  it('tells a reversion at once with both values and who served them, and exits with 1 on SIGTERM', async () => {
    const canary = watch(['--key', 'o-1', '--sessions', '1']);
    await morePolls(3);
    set(0.1);
    await canary.says(
      /✗ monotonic-view {3}session-1 saw o-1 go from 85% back to 10%\n {3}[\d:.]+ {2}85% \(packing\) {3}age: 12 {3}x-cache: HIT\n {3}[\d:.]+ {2}10%/,
    );
    set(0.9);
    await canary.says('over, which began at');
    expect(await canary.end('SIGTERM')).toBe(1);
    expect(canary.output()).toContain('✗ violated');
    expect(canary.output()).not.toContain('! monotonic-reads');
  });

  it('is inconclusive if nothing could be judged', async () => {
    app.failure = { status: 503 };
    const canary = watch(['--key', 'o-1']);
    await canary.says('polls fail: HTTP 503 {"error":"no"}');
    expect(await canary.end()).toBe(2);
    expect(canary.output()).toContain('? inconclusive');
  });

  it('ends by itself', async () => {
    const canary = watch(['--key', 'o-1', '--for', '1s']);
    const [code] = await once(canary.child, 'exit');
    expect([code, canary.output()]).toEqual([0, expect.stringContaining('✓ held in 1 s')]);
  });

  it('prints events in the form of the monitor', async () => {
    const canary = watch(['--key', 'o-1', '--sessions', '1', '--format', 'json']);
    await morePolls(3);
    set(0.1);
    await canary.says('"ratchet.reversion"');
    await canary.end();
    const events = canary
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).toEqual(['ratchet.watch', 'ratchet.reversion', 'ratchet.summary']);
    expect(events[1]).toMatchObject({
      session: 'session-1',
      key: 'o-1',
      generation: 1,
      progress: 10,
      status: 'packing',
      property: 'monotonic-view',
      from: { generation: 1, progress: 85, status: 'packing' },
    });
    expect(events[2]).toMatchObject({ valid: false, reversions: { 'monotonic-view': 1 } });
    const { status, stdout } = runRatchet(['check', '-'], { input: canary.output() });
    expect([status, stdout]).toEqual([1, expect.stringContaining('session-1 saw o-1 go from 85% back to 10%')]);
  });

  it('forgets nothing in a restart, nor after SIGKILL', async () => {
    const state = join(folder, 'state.json');
    const first = watch(['--key', 'o-1', '--sessions', '1', '--state', state]);
    await morePolls(3);
    set(0.1);
    await first.says('session-1 saw o-1 go');
    await vi.waitFor(() => expect(existsSync(state)).toBe(true));
    first.child.kill('SIGKILL');
    const second = watch(['--key', 'o-1', '--sessions', '1', '--state', state]);
    await second.says(/✗ open since .*: session-1 saw o-1 go from 85% back to 10%/);
    await morePolls(2);
    expect(await second.end()).toBe(1);
    expect(second.output()).toContain('1 open from before');
    set(0.9);
    const third = watch(['--key', 'o-1', '--sessions', '1', '--state', state]);
    await third.says('over, which began at');
    expect(await third.end()).toBe(0);
  });

  it('refuses a second canary with one file of state, until the first has ended', async () => {
    const state = join(folder, 'shared.json');
    const args = ['--key', 'o-1', '--sessions', '1', '--state', state];
    const first = watch(args);
    await morePolls(2);
    const { status, stdout, stderr } = runRatchet(['watch', app.url, '--subject', subject, ...args], { cwd: folder });
    expect([status, stdout, stderr]).toEqual([
      64,
      '',
      `ratchet: shared.json is in use by another canary, process ${first.child.pid} — end that one, or name another file with --state FILE\n`,
    ]);
    expect(await first.end()).toBe(0);
    const second = watch(args);
    await morePolls(2);
    expect(await second.end()).toBe(0);
    expect(existsSync(`${state}.lock`)).toBe(false);
  });

  it('reads its settings again on SIGHUP, and keeps the old ones if the file is wrong', async () => {
    const config = join(folder, 'canary.json');
    writeFileSync(config, JSON.stringify({ keys: ['o-1'], headers: { 'x-tenant': 'one' } }));
    const canary = watch(['--config', config]);
    await morePolls(3);
    expect(app.headers['x-tenant']).toBe('one');
    writeFileSync(config, '{"keys": ["o-1"], "sesions": 3}');
    canary.child.kill('SIGHUP');
    await canary.says('ratchet: canary.json: Unrecognized key: "sesions" — docs/CANARY.md describes every field');
    writeFileSync(config, JSON.stringify({ keys: ['o-1', 'o-2'], headers: { 'x-tenant': 'two' } }));
    canary.child.kill('SIGHUP');
    await canary.says('read ');
    await vi.waitFor(() => expect(app.requests).toContain('GET /orders/o-2/progress'), 30_000);
    await morePolls(2);
    expect(app.headers['x-tenant']).toBe('two');
    expect(await canary.end()).toBe(0);
  });

  it('ends on SIGHUP if it has no settings to read', async () => {
    const canary = watch(['--key', 'o-1']);
    await morePolls(3);
    expect(await canary.end('SIGHUP')).toBe(0);
  });

  it('reads the primary, whose key it prints nowhere', async () => {
    app.row = { done: 0.95, phase: 'packing', attempt: 1 };
    const config = join(folder, 'staleness.json');
    writeFileSync(config, JSON.stringify({ keys: ['o-1'], reference_every_ms: 100, max_staleness_ms: 0 }));
    const env = { RATCHET_REMOTE_URL: app.url, RATCHET_REMOTE_PUBLISHABLE_KEY: 'sb_publishable_abc' };
    const canary = watch(['--config', config], env);
    await vi.waitFor(
      () => expect(app.requests.filter((each) => each.includes('/rest/v1/'))).not.toHaveLength(0),
      30_000,
    );
    await morePolls(20);
    expect(await canary.end()).toBe(1);
    expect(canary.output()).toMatch(/violated in \d+ s: an answer was \d+ ms stale, more than 0 ms/);
    expect(app.requests).toContain('GET /rest/v1/orders?select=number%2Cdone%2Cattempt%2Cphase&number=eq.o-1&limit=1');
    expect(canary.output() + canary.errors()).not.toContain('sb_publishable');
  });

  it('signs its sessions in as the subject says, and needs to know how', async () => {
    const signedIn = join(folder, 'signed-in.ts');
    const user = "session: { userId: '6f1c3a9e-55a4-4c0e-8a8b-0d7f3f1f2a10', sentAs: 'bearer' },";
    writeFileSync(signedIn, readFileSync(subject, 'utf8').replace('  database:', `  ${user}\n  database:`));
    const args = ['--key', 'o-1', '--subject', signedIn];
    const refused = watch(args);
    await refused.says('no access token can be signed — set RATCHET_REMOTE_JWT_SECRET');
    expect(app.requests).toEqual([]);
    const canary = watch(args, { RATCHET_REMOTE_JWT_SECRET: 'a secret of at least thirty-two letters' });
    await morePolls(2);
    expect(app.headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect(app.headers['user-agent']).toMatch(/^ratchet-watch\//);
    expect(await canary.end()).toBe(0);
  });

  it('starts no generation on a target that is not marked', async () => {
    const config = join(folder, 'start.json');
    writeFileSync(config, JSON.stringify({ start: { key: 'o-1', every_ms: 1000 } }));
    const env = { RATCHET_REMOTE_URL: app.url, RATCHET_REMOTE_PUBLISHABLE_KEY: 'sb_publishable_abc' };
    const refused = watch(['--config', config], env);
    await refused.says('the target is not marked as a test target, so no generation is started');
    expect(app.requests.filter((each) => each.startsWith('POST'))).toEqual([]);
    app.isMarked = true;
    const canary = watch(['--config', config], env);
    await vi.waitFor(() => expect(app.requests).toContain('POST /orders/o-1/retry'), 30_000);
    await morePolls(2);
    expect(await canary.end()).toBe(0);
  });

  it('serves metrics on this machine alone, and pushes them by OTLP', async () => {
    const pushed: string[] = [];
    const collector = createServer((request, response) => {
      pushed.push(request.url ?? '');
      request.resume().on('end', () => response.end());
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const otlp = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/metrics`;
    const canary = watch(['--key', 'o-1', '--sessions', '1', '--metrics-port', '0', '--otlp', otlp]);
    await canary.says(/metrics at http:\/\/127\.0\.0\.1:\d+\/metrics/);
    const url = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(canary.output())![0];
    const scrape = async (): Promise<string> => (await fetch(url)).text();
    expect(await scrape()).toContain('ratchet_reversions_total{ratchet_property="monotonic-view"} 0');
    await morePolls(3);
    set(0.1);
    await canary.says('session-1 saw o-1 go');
    const text = await scrape();
    expect(text).toContain('ratchet_reversions_total{ratchet_property="monotonic-view"} 1');
    expect(text).toContain('ratchet_reversions_open{ratchet_property="monotonic-view"} 1');
    expect(text).toMatch(/ratchet_polls_total\{ratchet_outcome="ok"\} \d+/);
    expect(text).toMatch(/ratchet_staleness_seconds_bucket\{le="\+Inf"\} \d+/);
    expect((await fetch(url.replace('/metrics', '/'))).status).toBe(404);
    // Nothing of a user is a label.
    expect(text).not.toMatch(/o-1|session/);
    expect(await canary.end()).toBe(1);
    expect(pushed[0]).toBe('/v1/metrics');
    collector.close();
  });
});

describe('bad input of ratchet watch', () => {
  const bad = (file: string, content: string): string => {
    writeFileSync(join(folder, file), content);
    return file;
  };
  const subjectArgs = ['http://127.0.0.1:9', '--subject', subject];
  it.each<[string, () => string[], string]>([
    ['no key', () => subjectArgs, 'there is nothing to watch — name a key with --key KEY'],
    [
      'a URL that is none',
      () => ['staging', '--subject', subject, '--key', 'a'],
      'what is watched must be a URL that starts with http: or https:',
    ],
    [
      'a URL with a password',
      () => ['http://me:secret@127.0.0.1:9', '--subject', subject, '--key', 'a'],
      'a URL must not contain a user or a password',
    ],
    ['a config that is missing', () => [...subjectArgs, '--config', 'none.json'], 'none.json: ENOENT'],
    ['a config that is no JSON', () => [...subjectArgs, '--config', bad('bad.json', '{')], 'bad.json: '],
    [
      'an unknown field',
      () => [...subjectArgs, '--config', bad('unknown.json', '{"keys":["a"],"evry_ms":1}')],
      'unknown.json: Unrecognized key: "evry_ms"',
    ],
    [
      'a value out of range',
      () => [...subjectArgs, '--config', bad('range.json', '{"keys":["a"],"sessions":0}')],
      'range.json: sessions: ',
    ],
    [
      'too many views',
      () => [
        ...subjectArgs,
        '--config',
        bad('many.json', JSON.stringify({ keys: Array.from({ length: 200 }, String), sessions: 10 })),
      ],
      'more than 1000 pairs of session and key',
    ],
    [
      'the newest rows without a primary',
      () => [...subjectArgs, '--config', bad('newest.json', '{"newest":{"count":3,"by":"created_at"}}')],
      '`newest` needs the API of the primary',
    ],
    [
      'a state of something else',
      () => [...subjectArgs, '--key', 'a', '--state', bad('other.json', '{"baseline":1}')],
      'other.json: ',
    ],
    [
      'a state of another application',
      () => [
        ...subjectArgs,
        '--key',
        'a',
        '--state',
        bad(
          'elsewhere.json',
          JSON.stringify({
            watch: 1,
            target: 'http://other',
            reversions: { 'monotonic-view': 0, 'monotonic-reads': 0, 'monotonic-commits': 0 },
            memory: { tabs: [], keys: [], open: [] },
          }),
        ),
      ],
      'elsewhere.json is the state of another application: http://other',
    ],
    ['a time that is none', () => [...subjectArgs, '--key', 'a', '--for', 'ever'], 'It must be like 2s or 500ms'],
    ['an OTLP URL that is none', () => [...subjectArgs, '--key', 'a', '--otlp', 'collector'], '--otlp must be a URL'],
  ])('%s is refused', (_, args, message) => {
    const { status, stderr } = runRatchet(['watch', ...args()], { cwd: folder });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(64);
  });

  it('a port that is in use is refused, with what to do', () => {
    const port = new URL(app.url).port;
    const { status, stderr } = runRatchet(['watch', ...subjectArgs, '--key', 'a', '--metrics-port', port], {
      cwd: folder,
    });
    expect(stderr).toContain(`the metrics cannot be served on port ${port}`);
    expect(status).toBe(2);
  });

  it('a state that cannot be written is told at once', () => {
    const { status, stderr } = runRatchet(['watch', ...subjectArgs, '--key', 'a', '--state', 'gone/state.json'], {
      cwd: folder,
    });
    expect(stderr).toContain('gone/state.json: cannot be written');
    expect(status).toBe(2);
  });
});
