import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { answerInTime, waitForServer, type ServerWait } from './server-wait.ts';

const wait = (options: Partial<ServerWait> = {}): ServerWait => ({
  name: 'replica-1',
  failure: 'did not wake',
  lastLog: () => 'FATAL: no room',
  ...options,
});
const never = new Promise<never>(() => undefined);

describe('a wait for a server', () => {
  it('ends with the first try that succeeds', async () => {
    let tries = 0;
    await waitForServer(async () => (tries += 1) === 3, 1, wait());
    expect(tries).toBe(3);
  });

  it('ends in time with what failed and the last lines of the log', async () => {
    const waiting = waitForServer(async () => false, 1, wait({ withinMs: 20 }));
    await expect(waiting).rejects.toThrow('PostgreSQL replica-1 did not wake within 0.02 s: FATAL: no room');
    await expect(waiting).rejects.toMatchObject({ code: 'server-not-responding', exitCode: 2 });
  });

  it('ends in time although a try never settles', async () => {
    await expect(waitForServer(() => never, 1, wait({ withinMs: 20 }))).rejects.toThrow('did not wake');
    await expect(answerInTime(never, wait({ withinMs: 20 }))).rejects.toThrow('did not wake');
  });

  it('does not try again once it is over', async () => {
    let tries = 0;
    await waitForServer(async () => ((tries += 1), false), 1, wait({ withinMs: 20 })).catch(() => undefined);
    const after = tries;
    await sleep(20);
    expect(tries).toBeLessThanOrEqual(after + 1);
  });

  it('ends at once when the run ends, with its reason', async () => {
    const run = new AbortController();
    const waiting = waitForServer(() => never, 1, wait({ signal: run.signal }));
    run.abort(new Error('the run is over'));
    await expect(waiting).rejects.toThrow('the run is over');
  });

  it('passes on the error of a try', async () => {
    await expect(waitForServer(() => Promise.reject(new Error('refused')), 1, wait())).rejects.toThrow('refused');
  });
});
