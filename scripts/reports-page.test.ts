/** The pictures and commands of docs/REPORTS.md. Making the pictures needs Go and packages, so that they are kept. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { runRatchet } from '../harness/cli/ratchet.test-support.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/REPORTS.md'), 'utf8');
const [picturesCommand = '', runCommand = ''] = [...page.matchAll(/^```\n(.*)\n```$/gm)].map(([, line]) => line!);
const folder = mkdtempSync(join(tmpdir(), 'reports-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('shows every picture that its command makes, and says of each what it shows', () => {
  const [, script = ''] = picturesCommand.split(' ');
  const made = [...readFileSync(join(root, script), 'utf8').matchAll(/take\('(\w+)'/g)].map(
    ([, name]) => `${name}.png`,
  );
  const shown = [...page.matchAll(/^!\[.{20,}\]\(pictures\/(\S+)\)$/gm)].map(([, file]) => file!);
  expect(shown).toEqual(made);
  expect(readdirSync(join(root, 'docs/pictures')).toSorted()).toEqual(made.toSorted());
  for (const file of shown) {
    const bytes = readFileSync(join(root, 'docs/pictures', file));
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.length).toBeLessThan(300_000);
  }
});

it('has a command that writes the page of its run', () => {
  const report = join(folder, 'report.html');
  const args = runCommand.replace('reports/report.html', report).split(' ').slice(1);
  const { status, stderr } = runRatchet([...args, '--report', folder]);
  expect([status, stderr]).toEqual([1, '']);
  expect(existsSync(report)).toBe(true);
});
