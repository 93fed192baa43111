import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program, root } from './ratchet.test-support.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'machine-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const run = (): string =>
  `"${process.execPath}" "${program}" run lagging-replica --subject guarded --report "${folder}/reports"`;

function inShell(
  script: string,
  env: NodeJS.ProcessEnv = {},
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', script], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

describe('a machine that lacks something is named in one line, with what to do', () => {
  it.each([
    [
      'a limit of open files',
      'ulimit -n 28;',
      /^ratchet: no more files may be opened: .* — raise the limit: ulimit -n 1024\n$/,
    ],
    [
      'a limit of open files that PostgreSQL meets',
      'ulimit -n 58;',
      /^ratchet: no more files may be opened: PostgreSQL .* died .* insufficient file descriptors .* — raise the limit: ulimit -n 1024\n$/,
    ],
    [
      'a compiler that ends',
      'ESBUILD_BINARY_PATH=/bin/false',
      /^ratchet: the compiler esbuild has ended: .* — a limit of processes or memory .*\n$/,
    ],
    [
      'a PATH without programs',
      'PATH=/nowhere',
      /^ratchet: The program `id` was not found.* — PATH must contain the standard folders.*\n$/,
    ],
  ])('%s', (_, before, message) => {
    const { status, stderr } = inShell(`${before} ${run()}`);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it('a compiler that the signal of a terminal ends together with the command', () => {
    const compiler = join(folder, 'compiler.sh');
    // Twice, as from a shell and from npm.
    writeFileSync(compiler, '#!/bin/sh\nkill -INT "$PPID"\nsleep 0.1\nkill -INT "$PPID"\n', { mode: 0o755 });
    const { status, stderr } = inShell(`ESBUILD_BINARY_PATH="${compiler}" exec ${run()}`);
    expect(stderr).toBe('ratchet: the command was interrupted\n');
    expect(status).toBe(130);
  });

  it('a current directory that has been removed', () => {
    const { status, stderr } = inShell(
      `mkdir "${folder}/gone" && cd "${folder}/gone" && rmdir "${folder}/gone" && ${run()}`,
    );
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'ratchet: the current directory has been removed — change to another one: cd\n',
    });
  });
});

it('a proxy in the environment gets no request of a run', () => {
  const proxy = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' };
  const { status, stdout, stderr } = inShell(run(), proxy);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('✓ lagging-replica');
});
