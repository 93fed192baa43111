import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const module = new URL('remote.ts', import.meta.url).href;

const TARGET = {
  RATCHET_REMOTE_URL: 'http://127.0.0.1:54321',
  RATCHET_REMOTE_PUBLISHABLE_KEY: 'sb_publishable_x',
  RATCHET_REMOTE_SECRET_KEY: 'sb_secret_x',
};

/** The limit of core dumps of a process that has loaded the backend, as `/proc` shows it: soft, hard. */
function dumpLimit(target: Readonly<Record<string, string>>): string | undefined {
  const script = `
    import { readFileSync } from 'node:fs';
    await import(${JSON.stringify(module)});
    console.log(readFileSync('/proc/self/limits', 'utf8'));
  `;
  const env = { PATH: process.env['PATH'], ...target };
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env });
  return /Max core file size +(\S+ +\S+)/.exec(stdout)?.[1]?.replace(/ +/, ' ');
}

describe.runIf(process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0)(
  'the keys of a target',
  () => {
    it('are in no core dump', () => {
      expect(dumpLimit(TARGET)).toBe('1 1');
      expect(dumpLimit({})).not.toBe('1 1');
    });
  },
);
