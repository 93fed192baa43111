/** Runs the examples of the documentation and compares their output. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/LOGS.md'), 'utf8');
const block = (language: string): string => page.match(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm'))![1]!;

test('the log of the example is the fixture', () => {
  expect(readFileSync(join(root, 'fixtures/logs/status-endpoint.ndjson'), 'utf8')).toContain(block('ndjson'));
});

test('the mapping of the example is the fixture', () => {
  expect(block('yaml')).toBe(readFileSync(join(root, 'fixtures/logs/status-endpoint.map.yaml'), 'utf8'));
});

test('the example prints the documented output', () => {
  const [command, ...output] = page.match(/^```\n\$ ratchet ([^]*?)^```$/m)![1]!.split('\n');
  const { stdout, status } = spawnSync(process.execPath, ['bin/ratchet.js', ...command!.split(' ')], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stdout).toBe(output.join('\n'));
  expect(status).toBe(1);
}, 60_000);

test('every field of a mapping is documented', () => {
  const schema = readFileSync(join(root, 'harness/history/import/log/mapping.ts'), 'utf8');
  const fields = [...schema.matchAll(/^ {2}([a-z]+): /gm)].map(([, name]) => name!);
  expect(fields).toContain('otherwise');
  for (const field of fields) expect(page).toMatch(new RegExp(`^\\| \`${field}\` +\\|`, 'm'));
});
