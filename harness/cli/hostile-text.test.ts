/** Names and messages of others, printed by the commands. The reporters have tests of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runRatchet } from './ratchet.test-support.ts';

const FORGED = '\n\u001B[2K\u001B[32m✓\u001B[39m integrity\u202E';
const SHOWN = String.raw`\n\u{1b}[2K\u{1b}[32m✓\u{1b}[39m integrity\u{202e}`;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function historyIn(name: string): string {
  const file = join(folder, name);
  const shown = [85, 10].map((progress, index) =>
    JSON.stringify({
      index,
      time: index,
      process: 'tab',
      type: 'ok',
      f: 'show',
      key: `a${FORGED}`,
      value: { progress },
    }),
  );
  writeFileSync(file, `${shown.join('\n')}\n`);
  return file;
}

test('check prints keys and file names in one line each', () => {
  const files = [historyIn(`one${FORGED}.ndjson`), historyIn('other.ndjson')];
  const { status, stdout, stderr } = runRatchet(['check', ...files, '--property', 'monotonic-view']);
  expect([status, stderr]).toEqual([1, '']);
  expect(stdout).toContain(`✗ ${folder}/one${SHOWN}.ndjson`);
  expect(stdout).not.toContain('\u001B');
  expect(stdout.split('\n').filter((line) => /^\s*✓/.test(line))).toEqual([]);
});

test('an error that names a file is one line', () => {
  const { status, stderr } = runRatchet(['check', `none\u001B[2K\u202E.ndjson`]);
  expect(status).toBe(64);
  expect(stderr).toMatch(/^ratchet: none\\u\{1b\}\[2K\\u\{202e\}\.ndjson: .*\n$/);
});

test.each(['text', 'json'])('list prints the summary of a scenario, as %s', (format) => {
  const cwd = join(folder, format);
  mkdirSync(join(cwd, 'scenarios'), { recursive: true });
  const scenario = `{ name: 'mine', summary: ${JSON.stringify(`one${FORGED}`)}, parameters: {}, plan: () => ({}) }`;
  writeFileSync(join(cwd, 'scenarios/mine.ts'), `export const scenario = ${scenario};\n`);
  writeFileSync(join(cwd, 'ratchet.config.ts'), `export const config = { scenarios: ['./scenarios'] };\n`);
  const { status, stdout, stderr } = runRatchet(['list', '--format', format], { cwd });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain(format === 'text' ? `one${SHOWN}` : String.raw`\u001b[32m✓`);
  for (const char of ['\u001B', '\u202E']) expect(stdout).not.toContain(char);
});
