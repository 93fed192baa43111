import { mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { onFreePort } from './ports.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(environment: Record<string, string>) {
  const args = ['bin/ratchet.js', 'run', 'restart', '--subject', 'legacy', '--backend', 'containers'];
  const { status, stderr } = spawnSync(process.execPath, [...args, '--report', folder], {
    cwd: root,
    env: { ...process.env, HOME: folder, ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stderr };
}

describe('without an engine', () => {
  it('a run ends with one line that says what to do, and exit code 2', () => {
    const { status, stderr } = run({ DOCKER_HOST: `unix://${folder}/none.sock` });
    expect(stderr).toMatch(
      /^ratchet: No container engine answers at .*DOCKER_HOST.* — Start it, .*--backend embedded.*\n$/,
    );
    expect(status).toBe(2);
  });
});

describe('a port that is taken', () => {
  it('is replaced by another one', async () => {
    const tried: number[] = [];
    const port = await onFreePort(async (port) => {
      tried.push(port);
      if (tried.length < 3) throw new Error('Bind for 127.0.0.1 failed: port is already allocated');
      return port;
    });
    expect(tried).toHaveLength(3);
    expect(port).toBe(tried[2]);
  });

  it('again and again is said to be', async () => {
    const taken = onFreePort(async () => {
      throw new Error('listen tcp4 127.0.0.1:1: bind: address already in use');
    });
    await expect(taken).rejects.toMatchObject({ code: 'port-taken', exitCode: 2 });
  });
});
