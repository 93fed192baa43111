/** `ratchet init` in a copy of an application that Ratchet has not seen before. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { program, root } from './ratchet.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-init-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let projects = 0;
let project = '';

beforeEach(() => {
  project = join(folder, String((projects += 1)));
  cpSync(join(root, 'fixtures/render-app'), project, { recursive: true, filter: (path) => !/\.test/.test(path) });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
});

const init = (args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [program, 'init', ...args], { cwd: project, encoding: 'utf8', input: '' });

const subjectText = (): string => readFileSync(join(project, 'ratchet/subject.ts'), 'utf8');

it('connects the project, and the first run finds the reversion', () => {
  const { status, stdout, stderr } = init(['--yes']);
  expect(stdout, stderr).toContain('route that starts a generation: /api/jobs/:id/start');
  expect(stdout).toContain('✓ end recognised: 100%, completed');
  expect(stdout).toContain('npx ratchet run lagging-replica');
  expect(status).toBe(0);
  expect(subjectText()).toContain(`row: { owner_id: '11111111-1111-4111-8111-111111111111' }`);
  const run = spawnSync(process.execPath, [program, 'run', 'lagging-replica'], { cwd: project, encoding: 'utf8' });
  expect(run.stdout, run.stderr).toContain('saw story-1 go from 90% back to 0%');
  expect(run.status).toBe(1);
}, 120_000);

it('answers by flags, and the trial names the one that is wrong', () => {
  const { status, stdout } = init(['--yes', '--max', '100', '--completed', 'done,finished', '--generation', 'none']);
  expect(subjectText()).toContain(`progress: 'pct'`);
  expect(subjectText()).toContain(`completed: ['done', 'finished']`);
  expect(stdout).toContain('✗ database.progress');
  expect(stdout).toContain('Correct ratchet/subject.ts, then: npx ratchet try');
  expect(status).toBe(2);
}, 60_000);

it('finds a status in another language by its listed values, and does not guess its words', () => {
  const migration = join(project, 'supabase/migrations', readdirSync(join(project, 'supabase/migrations'))[0]!);
  const sql = `create table public.renders (nr bigint primary key, progress int not null default 0,
    stand text not null default 'offen' check (stand in ('offen', 'fertig', 'abgebrochen')));`;
  writeFileSync(migration, sql);
  rmSync(join(project, 'supabase/seed.sql'));
  expect(init(['--yes', '--no-try']).stderr).toBe(
    'ratchet: nothing was found for the word for completed, or several with commas; there is offen, fertig, abgebrochen — give it with --completed\n',
  );
  expect(init(['--yes', '--no-try', '--completed', 'fertig', '--failed', 'abgebrochen']).status).toBe(0);
  expect(subjectText()).toContain(`status: { column: 'stand', completed: 'fertig', failed: 'abgebrochen' }`);
}, 60_000);

describe('refuses', () => {
  it.each([
    [['--yes', '--table', 'render_job'], 'did you mean render_jobs?'],
    [['--yes', '--progress', 'percent'], 'column of the progress: "percent" is not possible'],
    [['--yes', '--max', '0'], 'it must be a number greater than 0'],
    [['--yes', '--status-route', 'jobs'], 'it must be a path such as /api/jobs/:id'],
    [['--yes', '--app', 'docker'], 'modules, command'],
    [['--yes', '--migrations', 'sql'], 'no folder sql in '],
    [[], 'standard input is not a terminal, so nothing can be asked — accept the proposals with --yes'],
  ])('%j in one line, and writes nothing', (args, message) => {
    const { status, stderr } = init([...args, '--no-try']);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(64);
    expect(existsSync(join(project, 'ratchet'))).toBe(false);
    expect(existsSync(join(project, 'ratchet.config.ts'))).toBe(false);
  });

  it('to replace files without --force', () => {
    writeFileSync(join(project, 'ratchet.config.ts'), 'export const config = {};\n');
    const { status, stderr } = init(['--yes', '--no-try']);
    expect(stderr).toBe(
      'ratchet: ratchet.config.ts exists already — replace the files of an earlier init with --force\n',
    );
    expect(status).toBe(64);
    expect(existsSync(join(project, 'ratchet'))).toBe(false);
    expect(init(['--yes', '--no-try', '--force']).status).toBe(0);
    expect(readFileSync(join(project, 'ratchet.config.ts'), 'utf8')).toContain('./ratchet/subject.ts');
  });

  it('a project whose routes start no generation, naming the flag', () => {
    rmSync(join(project, 'app/api/jobs/[id]/start'), { recursive: true });
    const { status, stderr } = init(['--yes']);
    expect(stderr).toBe(
      'ratchet: nothing was found for the route that starts a generation — give it with --start-route\n',
    );
    expect(status).toBe(64);
  });

  it('migrations that PostgreSQL refuses, with file and line', () => {
    writeFileSync(join(project, 'supabase/migrations/2_broken.sql'), '\ncreate tabel x ();\n');
    const { status, stderr } = init(['--yes']);
    expect(stderr).toContain('2_broken.sql');
    expect(stderr).toContain('syntax error');
    expect(status).toBe(64);
  });
});
