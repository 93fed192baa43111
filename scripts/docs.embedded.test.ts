import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = [
  'README.md',
  'fixtures/remedies/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Commands that CI runs separately, and that would run this test again. */
const RUN_BY_CI = ['npm test', 'npm run check'];

function commandsOf(document: string): { command: string; exitCode: number }[] {
  const blocks = readFileSync(join(root, document), 'utf8').matchAll(/```console\n(.*?)```/gs);
  return [...blocks].flatMap(([, block]) =>
    block!
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => {
        const [, command, exitCode] = /^\$ (.*?)(?:\s+# exit code (\d+))?$/.exec(line)!;
        return { command: command!, exitCode: Number(exitCode ?? 0) };
      }),
  );
}

const commands = documents
  .flatMap((document) => commandsOf(document).map((each) => ({ document, ...each })))
  .filter(({ command }) => !RUN_BY_CI.includes(command));

/** Not part of the checkout, or linked. */
const NOT_COPIED = ['.git', 'node_modules', 'dist', 'reports'];
/**
 * A copy of the checkout: the commands write files, and use the latest run, which is another one if the commands of other
 * tests run in the same folder.
 */
const copy = mkdtempSync(join(tmpdir(), 'ratchet-docs-'));

beforeAll(() => {
  cpSync(root, copy, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // Older than what is installed: an installation would empty the folder of the checkout through the link.
  utimesSync(join(copy, 'package-lock.json'), 0, 0);
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the documentation', () => {
  // In order, because some commands use the output of an earlier one.
  it.each(commands)('$document: $command', ({ command, exitCode }) => {
    const { status, stdout, stderr } = spawnSync(command, { cwd: copy, shell: true, encoding: 'utf8' });
    expect(status, `${stdout}\n${stderr}`).toBe(exitCode);
  });

  it.each(documents)('%s links to files that exist', (document) => {
    const links = [...readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([]);
  });
});

describe('CI', () => {
  it.each(RUN_BY_CI)('runs %s', (command) => {
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toContain(command);
  });
});
