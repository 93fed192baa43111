import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const module = new URL('core-dumps.ts', import.meta.url).href;

/** Runs a script in a folder, with core dumps of any size; returns what it prints, and the files that it leaves. */
function withDumps(script: string): { output: string; files: string[] } {
  const cwd = mkdtempSync(join(tmpdir(), 'dumps-'));
  const args = ['-c', 'ulimit -c unlimited; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
  const { stdout } = spawnSync('sh', args, { cwd, encoding: 'utf8' });
  const files = readdirSync(cwd);
  rmSync(cwd, { recursive: true });
  return { output: stdout, files };
}

const FORBID = `import { forbidCoreDumps } from ${JSON.stringify(module)}; forbidCoreDumps();`;
const SHOW_LIMIT = `
  import { spawnSync } from 'node:child_process';
  console.log(spawnSync('sh', ['-c', 'ulimit -c'], { encoding: 'utf8' }).stdout.trim());
  import { readFileSync } from 'node:fs';
  console.log(/Max core file size +(\\S+ +\\S+)/.exec(readFileSync('/proc/self/limits', 'utf8'))[1]);
`;

const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
/** Whether a dump is a file in the current directory. */
const isFile = canLimit && readFileSync('/proc/sys/kernel/core_pattern', 'utf8').startsWith('core');

describe.runIf(canLimit)('a process that forbids core dumps', () => {
  it('has a limit that neither it nor what it starts can raise', () => {
    expect(withDumps(FORBID + SHOW_LIMIT).output).toMatch(/^0\n1 +1\s*$/);
  });

  it.runIf(isFile)('leaves none when it aborts', () => {
    const abort = 'process.abort();';
    expect(withDumps(abort).files).toEqual([expect.stringMatching(/^core/)]);
    expect(withDumps(FORBID + abort).files).toEqual([]);
  });
});
