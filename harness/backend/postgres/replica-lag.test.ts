import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReplicaLag } from './replica-lag.ts';
import { WalProxy } from './wal-proxy.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';

let elapsedMs: number;
beforeEach(() => {
  elapsedMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + elapsedMs);
});
afterEach(() => void vi.restoreAllMocks());

/** Lets time pass, and then some rounds of the waits. */
async function elapse(milliseconds: number): Promise<void> {
  elapsedMs += milliseconds;
  await sleep(50);
}

/** A replica that answers queries and replays nothing. */
function stuckReplica({ isPrimaryDown = false } = {}) {
  const primary = { isDown: isPrimaryDown };
  const control = async (query: TemplateStringsArray): Promise<Record<string, string>[]> => {
    await sleep(1);
    return query[0]!.includes('pause_state') ? [{ state: 'pause requested' }] : [{ lsn: '0/10' }];
  };
  const lag = new ReplicaLag({
    name: 'replica-1',
    proxy: new WalProxy({ listenOn: { host: '127.0.0.1', port: 0 }, upstream: Promise.resolve({ path: '/' }) }),
    control: control as unknown as ReconnectingClient,
    lastLog: () => 'FATAL: could not receive data from WAL stream',
    primary: {
      isDown: () => primary.isDown,
      flushedLsn: async () => '0/20',
      nudge: async () => undefined,
      hasCommitBetween: async () => false,
    },
  });
  return { lag, primary };
}

const outcomeOf = (call: Promise<void>): { what: string } => {
  const outcome = { what: 'waits' };
  call.then(
    () => (outcome.what = 'done'),
    (error: Error) => (outcome.what = error.message),
  );
  return outcome;
};

describe('a replica that stands still', () => {
  it('is reported with the last lines of its log', async () => {
    const resume = outcomeOf(stuckReplica().lag.resume());
    const pause = outcomeOf(stuckReplica().lag.pause());
    await elapse(0);
    await elapse(55_000);
    expect([resume.what, pause.what]).toEqual(['waits', 'waits']);
    await elapse(6_000);
    const words = 'FATAL: could not receive data from WAL stream';
    expect(resume.what).toBe(`PostgreSQL replica-1 stopped at 0/10 instead of replaying the WAL up to 0/20: ${words}`);
    expect(pause.what).toBe(`PostgreSQL replica-1 did not pause its replay: ${words}`);
  });

  it('is waited for while it is cut off from its primary', async () => {
    const { lag } = stuckReplica();
    const ends = lag.beginPartition();
    const resume = outcomeOf(lag.resume());
    await elapse(0);
    await elapse(600_000);
    expect(resume.what).toBe('waits');
    ends();
    await elapse(61_000);
    expect(resume.what).toContain('stopped at 0/10');
  });

  it('is waited for while a promotion replaces its primary', async () => {
    const { lag, primary } = stuckReplica({ isPrimaryDown: true });
    const hold = outcomeOf(lag.holdAt('0/20'));
    await elapse(0);
    await elapse(600_000);
    expect(hold.what).toBe('waits');
    primary.isDown = false;
    await elapse(61_000);
    expect(hold.what).toContain('stopped at 0/10');
  });
});
