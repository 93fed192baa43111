/** `ratchet run --watch` on a pseudo-terminal, in an application that is edited meanwhile. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Command, Option } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { program, root, runRatchet } from './ratchet.test-support.ts';
import { affectedBy, optionsOf } from './watch.ts';
import { subjectFile } from '../../fixtures/render-app/render-subjects.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCENARIO = `import { scenario as lagging } from ${JSON.stringify(join(root, 'scenarios/lagging-replica.ts'))};
export const scenario = { ...lagging, name: 'behind', plan: (given) => ({ ...lagging.plan(given), scenario: 'behind' }) };
`;

beforeAll(() => {
  cpSync(join(root, 'fixtures/render-app'), folder, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'checks'));
  const files = {
    'package.json': '{"type":"module"}',
    'subject.ts': subjectFile({ name: 'renders' }),
    'checks/behind.ts': SCENARIO,
    'ratchet.config.ts': "export default { subject: './subject.ts', scenarios: ['checks'] };\n",
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
});

interface Terminal {
  child: ChildProcess;
  ended: Promise<number | null>;
  press(key: string): void;
  /** Waits until the text after what was last awaited contains it. */
  shows(text: string): Promise<void>;
}

const open: ChildProcess[] = [];
afterEach(() => {
  for (const child of open.splice(0)) child.kill();
});

function watch(...args: string[]): Terminal {
  const words = [process.execPath, program, 'run', ...args, '--watch', '--backend', 'simulated'];
  const onTerminal =
    process.platform === 'darwin'
      ? ['-q', '/dev/null', ...words]
      : ['-qec', words.map((word) => `'${word}'`).join(' '), '/dev/null'];
  const child = spawn('script', onTerminal, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  open.push(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += stripVTControlCharacters(text)));
  return {
    child,
    ended: new Promise((resolve) => child.on('exit', resolve)),
    press: (key) => child.stdin.write(key),
    async shows(text) {
      await expect.poll(() => output, { timeout: 50_000 }).toContain(text);
      output = output.slice(output.indexOf(text) + text.length);
    },
  };
}

const running = (): string =>
  spawnSync('ps', ['-eo', 'args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.includes(program) && line.includes('--backend=simulated'))
    .join('\n');

function edit(path: string, from: string, to: string): void {
  const file = join(folder, path);
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

describe('run --watch', () => {
  it(
    'runs again what a change affects and what a key says, and ends with q, leaving no process',
    { timeout: 200_000 },
    async () => {
      const terminal = watch('behind', 'error-as-zero');
      await terminal.shows('1 passed, 1 violated');
      await terminal.shows('waiting for changes');
      edit('checks/behind.ts', 'scenario', 'scenario');
      await terminal.shows('checks/behind.ts has changed');
      await terminal.shows('✗ behind');
      await terminal.shows('waiting for changes');
      edit('app/api/jobs/[id]/route.ts', 'export', '// edited\nexport');
      await terminal.shows('route.ts has changed');
      await terminal.shows('✗ behind');
      await terminal.shows('1 passed, 1 violated');
      await terminal.shows('waiting for changes');
      terminal.press('f');
      await terminal.shows('✗ behind');
      await terminal.shows('waiting for changes');
      terminal.press('q');
      expect(await terminal.ended).toBe(1);
      expect(running()).toBe('');
    },
  );

  it('stops a run by Ctrl-C, and leaves no process', { timeout: 200_000 }, async () => {
    const terminal = watch('error-as-zero', '--runs', '2000');
    await terminal.shows('error-as-zero');
    terminal.press('\u0003');
    expect(await terminal.ended).toBe(2);
    expect(running()).toBe('');
  });

  it('is refused without a terminal', () => {
    const { status, stdout, stderr } = runRatchet(['run', '--watch', '--subject', 'legacy']);
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toBe('ratchet: --watch needs a terminal — without one, run without --watch\n');
  });
});

describe('the arguments of a run', () => {
  it('are those of the watch, without the names and without --watch', () => {
    const command = new Command('run')
      .argument('[names...]')
      .addOption(new Option('--subject <name>'))
      .addOption(new Option('--verbose'))
      .addOption(new Option('--watch'));
    const args = ['lag', '--subject', 'lag', '--watch', '--verbose', 'race', '--subject=a=b'];
    expect(optionsOf(command, args)).toEqual(['--subject=lag', '--verbose', '--subject=a=b']);
  });
});

describe('a change affects', () => {
  const catalogue = { scenarioFolders: ['/p/checks'], scenarioNames: ['behind', 'race'] };

  it.each([
    [
      ['/p/checks/behind.ts', '/p/checks/race.js'],
      ['behind', 'race'],
    ],
    [['/p/checks/behind.ts', '/p/checks/helper.ts'], undefined],
    [['/p/app/behind.ts'], undefined],
  ])('%j: %j', (files, names) => {
    expect(affectedBy(files, catalogue)).toEqual(names);
  });
});
