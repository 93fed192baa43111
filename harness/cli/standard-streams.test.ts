import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program, root } from './ratchet.test-support.ts';

const READS = 10_000;
let folder: string;
let history: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streams-'));
  history = join(folder, 'history.ndjson');
  writeFileSync(history, Array.from({ length: READS }, (_, at) => readOf(at)).join(''));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Every second read returns less than the one before, so that a report of the history is long. */
function readOf(at: number): string {
  const read = { process: 'tab', session: 'tab', f: 'read', key: 'story-1' };
  const value = { generation: 1, progress: (at * 37) % 100 };
  const events = [
    { index: 2 * at, time: at, ...read, type: 'invoke' },
    { index: 2 * at + 1, time: at, ...read, type: 'ok', value },
  ];
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** Reads a block at a time, and pauses after each. */
async function readSlowly(args: readonly string[]): Promise<{ text: string; status: number | null }> {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let text = '';
  for await (const block of child.stdout.setEncoding('utf8')) {
    text += block;
    await sleep(1);
  }
  const [status] = (await ended) as [number | null];
  return { text, status };
}

describe('a slow reader of standard output gets every byte', () => {
  it('of export', async () => {
    const { text, status } = await readSlowly(['export', history, '--to', 'ratchet']);
    expect(status).toBe(0);
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(text.split('\n')).toHaveLength(2 * READS + 1);
  });

  it('of check, for every history', async () => {
    const files = Array<string>(20).fill(history);
    const { text, status } = await readSlowly(['check', ...files, '--format', 'json']);
    expect(status).toBe(1);
    expect(text.length).toBeGreaterThan(1_000_000);
    const { files: judged } = JSON.parse(text) as { files: unknown[] };
    expect(judged).toHaveLength(files.length);
  });

  it('of run, for every run', async () => {
    const runs = ['--runs', '300', '--backend', 'simulated', '--report', folder];
    const args = ['run', 'lagging-replica', '--subject', 'legacy', ...runs, '--verbose'];
    const { text, status } = await readSlowly(args);
    expect(status).toBe(1);
    expect(text.length).toBeGreaterThan(300_000);
    expect(text).toMatch(/300 violated/);
  });
});

describe('standard output that cannot be written', () => {
  it.each([
    ['export', '--to', 'ratchet'],
    ['check', '--format', 'json'],
  ])('is inconclusive, and one line: %s', (verb, ...flags) => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [program, verb, history, ...flags], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ratchet: standard output cannot be written: ENOSPC.*\n$/);
  });

  it('is no error when the reader has closed it', async () => {
    const child = spawn(process.execPath, [program, 'export', history, '--to', 'ratchet'], { cwd: root });
    let errors = '';
    child.stderr.on('data', (block: Buffer) => (errors += block.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [status] = (await once(child, 'exit')) as [number | null];
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
  });
});
