import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** A user's project with the package installed, without access to a registry. */
beforeAll(() => {
  const packed = join(folder, 'node_modules', 'ratchet');
  mkdirSync(packed, { recursive: true });
  run(
    'node',
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', join(packed, 'dist')],
    root,
  );
  for (const name of ['bin', 'package.json']) run('cp', ['-R', join(root, name), packed], root);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
}, 240_000);

it('an installed package lists its scenarios', () => {
  expect(run('node', ['node_modules/ratchet/bin/ratchet.js', 'list'], folder)).toContain('lagging-replica');
});

it('an installed package loads a subject that imports it', () => {
  mkdirSync(join(folder, 'subjects/mine'), { recursive: true });
  writeFileSync(join(folder, 'subjects/mine/subject.ts'), SUBJECT);
  writeFileSync(
    join(folder, 'ratchet.config.ts'),
    "import { defineConfig } from 'ratchet';\nexport default defineConfig({ subjects: ['subjects'] });\n",
  );
  expect(run('node', ['node_modules/ratchet/bin/ratchet.js', 'list'], folder)).toContain('my app');
});

it('an application imports the monitor of an installed package, which brings nothing along', () => {
  const script = `import { createMonitor } from 'ratchet/monitor';
    const monitor = createMonitor({ session: 'tab-1' });
    for (const progress of [85, 10]) monitor.show('story-1', { progress });`;
  const line = run('node', ['--input-type=module', '-e', script], folder);
  expect(JSON.parse(line)).toMatchObject({ event: 'ratchet.reversion', progress: 10, from: { progress: 85 } });
});

describe('a checkout', () => {
  const printing = (text: string): string => `export const main = () => console.log('${text}');\n`;

  function checkout(name: string, files: Record<string, string>): string {
    const place = join(folder, name);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), content);
    }
    cpSync(join(root, 'bin'), join(place, 'bin'), { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"type":"module"}');
    return run('node', ['bin/ratchet.js'], place);
  }

  it('runs its sources, whatever was built beside them', () => {
    const sources = { 'harness/cli/main.ts': printing('sources') };
    const build = { 'dist/harness/cli/main.js': printing('build') };
    expect(checkout('both', { ...sources, ...build })).toBe('sources\n');
    expect(checkout('sources', sources)).toBe('sources\n');
    expect(checkout('build', build)).toBe('build\n');
  });
});

const SUBJECT = `import { defineSubject, urlSubject } from 'ratchet';

export default defineSubject(
  urlSubject({
    url: 'http://127.0.0.1:9',
    name: 'mine',
    description: 'my app',
    tracked: { table: 'stories', key: 'id', progress: 'progress' },
    migrations: [],
    storyRow: () => ({}),
    frontEnd: { query: () => ({}), display: 'as-arrived' },
    readStatus: () => undefined,
  }),
);
`;
