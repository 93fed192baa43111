import { spawnSync } from 'node:child_process';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Terminal, type RunningUp } from './up.test-support.ts';

const terminal = new Terminal();
let up: RunningUp;

beforeAll(async () => {
  up = await terminal.up('--backend', 'containers', '--subject', 'legacy');
});
afterAll(() => terminal.close());

function stories(url = up.variables['API_URL']!) {
  // The client's own retries would outlast a fault.
  const options = { auth: { persistSession: false }, db: { retry: false } } as const;
  return createClient(url, up.variables['SERVICE_ROLE_KEY']!, options).from('stories');
}

async function write(progress: number): Promise<void> {
  const { error } = await stories().upsert({ id: 'a', title: 'one', generation_progress: progress });
  expect(error).toBeNull();
}

async function seen(): Promise<unknown> {
  const { data, status } = await stories().select('generation_progress').eq('id', 'a').maybeSingle();
  return status === 200 ? data?.['generation_progress'] : status;
}

async function eventually(progress: unknown): Promise<void> {
  while ((await seen()) !== progress) await new Promise((resolve) => setTimeout(resolve, 20));
}

const command = (...args: string[]): void => {
  const { status, stderr } = terminal.ratchet(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
};

it('lag and outages of containers are controlled from another terminal', async () => {
  await write(10);
  await eventually(10);
  command('lag', 'pause');
  await write(85);
  expect(await seen()).toBe(10);
  command('lag', 'resume');
  await eventually(85);
  command('fault', 'outage', '--how', 'kill');
  expect(await seen()).toBe(503);
  command('fault', 'clear');
  await eventually(85);
});

it('Ctrl-C ends the environment and removes its containers', async () => {
  up.child.kill('SIGINT');
  expect(await up.ended).toBe(130);
  const owners = ['ps', '--all', '--filter', 'label=ratchet.owner', '--format', '{{.Label "ratchet.owner"}}'];
  const { status, stdout } = spawnSync('docker', owners, { encoding: 'utf8' });
  expect([status, stdout.includes(`"pid":${up.child.pid},`)]).toEqual([0, false]);
});
