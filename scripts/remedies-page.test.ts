/** docs/REMEDIES.md is what single remedies do: `npx vitest run scripts/remedies-page.test.ts -u` writes it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { MatrixResults } from '../harness/port/matrix.ts';
import { matrixMarkdown } from '../harness/report/matrix-text.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';

const TIMEOUT_MS = 300_000;
const program = fileURLToPath(new URL('../bin/ratchet.js', import.meta.url));
const folder = fileURLToPath(new URL('../fixtures/single-remedies', import.meta.url));

const INTRODUCTION = `# What single remedies do

\`legacy\` has no remedy. Each application of \`fixtures/single-remedies\` is \`legacy\` with one remedy: of the reader, of the writer, or of the
page. The table says which root causes it alone rules out. The parts are in [remedies](../fixtures/remedies/README.md); the
[README](../README.md) has \`guarded\`, which combines them.`;

const CLOSING = `No single one is enough: a reader cannot undo what a writer wrote, and a writer cannot make a replica newer. A verification by a second
read does harm by itself. [MATRIX](MATRIX.md) describes the costs. \`npx vitest run scripts/remedies-page.test.ts -u\` writes this page,
and \`ratchet matrix\` in that folder prints its tables.`;

it('every single remedy meets its expectation, and the page says so', { timeout: TIMEOUT_MS }, async () => {
  const report = mkdtempSync(join(tmpdir(), 'ratchet-remedies-'));
  const args = [program, 'matrix', '--format', 'json', '--report', report];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
  rmSync(report, { recursive: true, force: true });
  expect(stdout, stderr).not.toBe('');
  const results = JSON.parse(stdout) as MatrixResults;
  expect(results.cells.filter(({ isAsExpected }) => !isAsExpected)).toEqual([]);
  expect(results.leftOut).toEqual([]);
  const { subjectNames, loadSubject } = await openCatalogue(folder);
  const subjects = await Promise.all(subjectNames.map(loadSubject));
  const list = subjects.map(({ name, description }) => `| \`${name}\` | ${description} |`);
  const tables = ['| remedy | what it does |', '|---|---|', ...list, '', matrixMarkdown(results)];
  await expect([INTRODUCTION, '', ...tables, '', CLOSING, ''].join('\n')).toMatchFileSnapshot('../docs/REMEDIES.md');
});
