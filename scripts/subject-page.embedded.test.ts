/** The subjects of docs/SUBJECT.md are whole files: each finds the reversion in a copy of the render-app. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/SUBJECT.md'), 'utf8');
const files = [...page.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, file, text]) => ({
  file: file!,
  text: text!,
}));

const project = mkdtempSync(join(tmpdir(), 'subject-page-'));
cpSync(join(root, 'fixtures/render-app'), project, { recursive: true });
writeFileSync(join(project, 'package.json'), '{"type":"module"}');
symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

function ratchet(...args: string[]) {
  return spawnSync(process.execPath, [join(root, 'bin/ratchet.js'), ...args], { cwd: project, encoding: 'utf8' });
}

function writeSubject(file: string, text: string): void {
  writeFileSync(join(project, file), text.replace("'ratchet'", JSON.stringify(join(root, 'harness/index.ts'))));
}

describe('the subject of the page in', () => {
  it.each(files)('$file finds the reversion', ({ file, text }) => {
    writeSubject(file, text);
    const { status, stdout, stderr } = ratchet('run', 'lagging-replica', '--subject', `./${file}`);
    // The steps are those of the plan only if the application runs by its functions.
    const reversion = file === 'by-functions.ts' ? '85% back to 10%' : '90% back to 0%';
    expect(stdout, stderr).toContain(`tab-1 saw story-1 go from ${reversion}`);
    expect(stdout).toContain('✓ monotonic-commits, integrity, convergence');
    expect(status).toBe(1);
  });

  it('each kind that starts or loads the application is there', () => {
    expect(files.map(({ file }) => file)).toEqual(['by-modules.ts', 'by-command.ts', 'by-functions.ts']);
  });
});

it('a subject at a URL is refused before anything starts, by all backends but remote', () => {
  const [{ text } = { text: '' }] = files;
  writeSubject(
    'by-url.ts',
    text.replaceAll(/modules(\(.*\))?/g, (_, call) => (call ? "url('http://127.0.0.1:9')" : 'url')),
  );
  for (const backend of ['embedded', 'simulated']) {
    const { status, stderr } = ratchet('run', 'lagging-replica', '--subject', './by-url.ts', '--backend', backend);
    expect(stderr).toContain(
      `runs at http://127.0.0.1:9 with a Supabase of its own, not with the databases of the backend ${backend}`,
    );
    expect(status).toBe(64);
  }
  const { status, stderr } = ratchet('explore', '--subject', './by-url.ts', '--runs', '1');
  expect(stderr).toContain('with a Supabase of its own');
  expect(status).toBe(64);
});
