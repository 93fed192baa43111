/** Runs the examples of the documentation and compares their output. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { TARGET_SQL } from '../runner/realtime-schema.case.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/LOGS.md'), 'utf8');
const block = (language: string): string => page.match(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm'))![1]!;

test('the log of the example is the fixture', () => {
  expect(readFileSync(join(root, 'fixtures/logs/status-endpoint.ndjson'), 'utf8')).toContain(block('ndjson'));
});

test('the mapping of the example is the fixture', () => {
  expect(block('yaml')).toBe(readFileSync(join(root, 'fixtures/logs/status-endpoint.map.yaml'), 'utf8'));
});

const examples = [...page.matchAll(/^```\n\$ ratchet ([^]*?)^```$/gm)].map(([, example]) => example!.split('\n'));
const exitCodes: Record<string, number> = { check: 1, map: 0 };

test.each(examples)(
  '%s prints the documented output',
  (command, ...output) => {
    const args = command.split(' ');
    const { stdout, status } = spawnSync(process.execPath, ['bin/ratchet.js', ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout).toBe(output.join('\n'));
    expect(status).toBe(exitCodes[args[0]!]);
  },
  60_000,
);

test('every field of a mapping is documented', () => {
  const schema = readFileSync(join(root, 'harness/history/import/log/mapping-schema.ts'), 'utf8');
  const fields = [...schema.matchAll(/^ {2}([a-z]+): /gm)].map(([, name]) => name!);
  expect(fields).toContain('otherwise');
  for (const field of fields) expect(page).toMatch(new RegExp(`^\\| \`${field}\` +\\|`, 'm'));
});

// A project of its own, since the commands write files beside its config.
const project = mkdtempSync(join(tmpdir(), 'ratchet-docs-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));
const config = { subjects: [join(root, 'fixtures/subjects')], subject: 'guarded' };
writeFileSync(join(project, 'ratchet.config.ts'), `export const config = ${JSON.stringify(config)};\n`);

test('every command of docs/GATE.md runs, in order, and exits as it says', () => {
  const gate = readFileSync(join(root, 'docs/GATE.md'), 'utf8');
  const blocks = [...gate.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(([, text]) => text!.trimEnd().split('\n'));
  const commands = blocks.filter((line) => line.startsWith('$ '));
  expect(commands.length).toBeGreaterThan(1);
  for (const line of commands) {
    const [command, code = '0'] = line.slice('$ npm run -s ratchet -- '.length).split(/ +# exit code /);
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/ratchet.js'), ...command!.split(' ')], {
      cwd: project,
      encoding: 'utf8',
    });
    expect([line, status, stderr]).toEqual([line, Number(code), '']);
  }
}, 240_000);

test('the command of docs/REALTIME.md prints the SQL for a real project', () => {
  const text = readFileSync(join(root, 'docs/REALTIME.md'), 'utf8');
  const [command = ''] = text.match(/^node .+(?= > target\.sql$)/m)!;
  const { stdout, stderr } = spawnSync(command, { cwd: root, encoding: 'utf8', shell: true });
  expect([stdout, stderr]).toEqual([`${TARGET_SQL}\n`, '']);
}, 60_000);

test('the command of docs/PARQUET.md writes a Parquet file', () => {
  const text = readFileSync(join(root, 'docs/PARQUET.md'), 'utf8');
  const [, args = ''] = text.match(/^\$ npm run -s ratchet -- (.+) > history\.parquet$/m)!;
  const { status, stdout } = spawnSync(process.execPath, ['bin/ratchet.js', ...args.split(' ')], { cwd: root });
  expect(status).toBe(0);
  expect([stdout.subarray(0, 4).toString(), stdout.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
}, 60_000);
