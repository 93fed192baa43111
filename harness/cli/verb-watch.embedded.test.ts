/** A canary beside an application on real databases, whose replica is late. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@supabase/supabase-js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ParcelApp } from '../up/parcel-app.test-support.ts';
import { Terminal } from '../up/up.test-support.ts';
import { startCanary, type RunningCanary } from './canary.test-support.ts';

let terminal: Terminal;
let parcels: ParcelApp;
let canary: RunningCanary | undefined;
beforeEach(() => {
  terminal = new Terminal();
  parcels = new ParcelApp();
});
afterEach(async () => {
  canary?.child.kill('SIGKILL');
  parcels.close();
  await terminal.killAll();
  terminal.close();
});

const LIMIT = { timeout: 60_000, interval: 50 };

it('tells that answers of a late replica go back, for how long they were outdated, and that it is over', async () => {
  const up = await terminal.up('--migrations', join(parcels.folder, 'supabase/migrations'));
  const { API_URL: url = '', PRIMARY_API_URL: primary = '', SERVICE_ROLE_KEY: key = '' } = up.variables;
  const supabase = createClient(primary, key, { auth: { persistSession: false } });
  const write = async (packed: number, phase = 'packing'): Promise<void> => {
    const { error } = await supabase.from('parcels').upsert({ code: 'p-1', depot: 'north', packed, phase });
    if (error !== null) throw new Error(error.message);
  };
  await supabase.from('depots').insert({ name: 'north' });
  await write(100);
  const app = await parcels.start({ url, key });
  const answers = async (packed: number): Promise<void> => {
    await vi.waitFor(async () => {
      const response = await fetch(`${app}/parcels/p-1`);
      expect(await response.json()).toMatchObject({ packed });
    }, LIMIT);
  };
  await answers(100);

  const config = join(parcels.folder, 'canary.json');
  writeFileSync(config, JSON.stringify({ keys: ['p-1'], sessions: 1, reference_every_ms: 100 }));
  const env = { RATCHET_REMOTE_URL: primary, RATCHET_REMOTE_SECRET_KEY: key };
  const args = [app, '--subject', parcels.subject, '--config', config, '--metrics-port', '0'];
  canary = startCanary(args, parcels.folder, env);
  await canary.says(/metrics at http:\S+/);
  const metrics = /metrics at (http:\S+)/.exec(canary.output())![1]!;
  /** Resolves after this many more polls of the canary were answered. */
  const morePolls = async (count: number): Promise<void> => {
    const polls = async (): Promise<number> =>
      Number(/ratchet_polls_total\{ratchet_outcome="ok"\} (\d+)/.exec(await (await fetch(metrics)).text())?.[1] ?? 0);
    const from = await polls();
    await vi.waitFor(async () => expect(await polls()).toBeGreaterThanOrEqual(from + count), LIMIT);
  };
  await morePolls(2);

  expect(terminal.ratchet(['lag', 'pause']).status).toBe(0);
  await write(850);
  const fault = terminal.ratchet(['fault', 'out-of-rotation', '--format', 'json']);
  const { faults } = JSON.parse(fault.stdout) as { faults: { id: number; fault: { kind: string } }[] };
  const outside = faults.find(({ fault: { kind } }) => kind === 'out-of-rotation')!;
  await answers(850);
  await morePolls(2);
  expect(terminal.ratchet(['fault', 'clear', String(outside.id)]).status).toBe(0);
  await canary.says('✗ monotonic-view   session-1 saw p-1 go from 85% back to 10%');
  await morePolls(2);
  expect(terminal.ratchet(['lag', 'resume']).status).toBe(0);
  await canary.says('✓ monotonic-view   over, which began at');
  await write(1000, 'sent');
  await answers(1000);
  await morePolls(2);

  expect(await canary.end()).toBe(1);
  expect(canary.output()).toMatch(/✗ violated in \d+ s: 1 reversion\n/);
  expect(canary.output()).toMatch(/staleness p99 \d+ m?s, max [1-9]\d* m?s/);
  expect(canary.output()).not.toContain('the primary holds');
  expect(canary.output() + canary.errors()).not.toContain(key);
});

it('sees in one view what is pushed by the primary and what a late replica answers', async () => {
  const up = await terminal.up('--migrations', join(parcels.folder, 'supabase/migrations'));
  const { API_URL: url = '', PRIMARY_API_URL: primary = '', SECRET_KEY: key = '' } = up.variables;
  const supabase = createClient(primary, key, { auth: { persistSession: false } });
  await supabase.from('depots').insert({ name: 'north' });
  const write = async (packed: number): Promise<void> => {
    const { error } = await supabase.from('parcels').upsert({ code: 'p-1', depot: 'north', packed, phase: 'packing' });
    if (error !== null) throw new Error(error.message);
  };
  await write(100);
  const app = await parcels.start({ url, key });
  await vi.waitFor(
    async () => expect(await (await fetch(`${app}/parcels/p-1`)).json()).toMatchObject({ packed: 100 }),
    LIMIT,
  );
  const env = { RATCHET_REMOTE_URL: primary, RATCHET_REMOTE_SECRET_KEY: key };
  const args = [app, '--subject', parcels.subject, '--key', 'p-1', '--sessions', '1', '--channel', 'poll+stream'];
  canary = startCanary(args, parcels.folder, env);
  await canary.says('1 session by poll+stream, and the primary as the reference');
  expect(terminal.ratchet(['lag', 'pause']).status).toBe(0);
  // The subscription is in effect some time after its join: what is written before is not pushed.
  await vi.waitFor(async () => {
    await write(850);
    expect(canary!.output()).toContain('✗ monotonic-view   session-1 saw p-1 go from 85% back to 10%');
  }, LIMIT);
  expect(canary.output()).toMatch(/ 85% \(packing\) {3}via: realtime\n/);
  expect(terminal.ratchet(['lag', 'resume']).status).toBe(0);
  await canary.says('over, which began at');
  expect(await canary.end()).toBe(1);
  expect(canary.output()).toMatch(/\d+ changes? pushed/);
  expect(canary.output() + canary.errors()).not.toContain(key);
});
