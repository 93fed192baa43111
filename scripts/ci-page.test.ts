/** The gates of docs/CI.md and the steps of action.yml, executed as shell in an application that installs the package. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { subjectFile } from '../fixtures/render-app/render-subjects.test-support.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/CI.md'), 'utf8');
const gates = [...page.matchAll(/^```yaml\n# (\S+)\n([^]*?)^```$/gm)].map(([, file, text]) => ({
  file: file!,
  text: text!,
}));

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  run?: string;
  shell?: string;
  'working-directory'?: string;
  env?: Record<string, string>;
}

interface Action {
  inputs: Record<string, { description: string; default: string }>;
  outputs: Record<string, { value: string }>;
  runs: { using: string; steps: Step[] };
}

const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;

const folder = mkdtempSync(join(tmpdir(), 'ci-page-'));
/** The application is not at the root of the repository. */
const project = join(folder, 'repository/app');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A package without dependencies, so that npm ci needs no registry. */
const PACKAGE = { name: 'ratchet', version: '0.1.0', type: 'module', bin: { ratchet: 'ratchet.js' } };
const LOCK = {
  name: 'app',
  lockfileVersion: 3,
  packages: {
    '': { name: 'app', devDependencies: { ratchet: 'file:../../ratchet' } },
    '../../ratchet': { version: '0.1.0', dev: true, bin: PACKAGE.bin },
    'node_modules/ratchet': { resolved: '../../ratchet', link: true },
  },
};

beforeAll(() => {
  mkdirSync(join(folder, 'ratchet'));
  const program = join(folder, 'ratchet/ratchet.js');
  writeFileSync(program, `#!/usr/bin/env node\nimport ${JSON.stringify(join(root, 'bin/ratchet.js'))};\n`);
  chmodSync(program, 0o755);
  writeFileSync(join(folder, 'ratchet/package.json'), JSON.stringify(PACKAGE));
  cpSync(join(root, 'fixtures/render-app'), project, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(project, 'subject.ts'), subjectFile());
  writeFileSync(join(project, 'ratchet.config.ts'), "export default { subject: './subject.ts' };\n");
  const { devDependencies } = LOCK.packages[''];
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'app', type: 'module', devDependencies }));
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(LOCK));
});

beforeEach(() => {
  rmSync(join(project, 'reports'), { recursive: true, force: true });
  rmSync(join(project, 'node_modules'), { recursive: true, force: true });
});

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** As runners execute a step: each in a shell of its own that ends at the first command that fails. */
function sh(script: string, cwd: string, env: Record<string, string> = {}): Outcome {
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script],
    {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, GITHUB_ACTIONS: '', NO_COLOR: '1', PATH, npm_config_offline: 'true', ...env },
    },
  );
  return { status, stdout, stderr };
}

function filesIn(reports: string): string[] {
  return [...new Set(readdirSync(reports, { recursive: true, encoding: 'utf8' }).map((file) => basename(file)))];
}

const REVERSION = /tab-1 saw story-1 go from 90% back to 0%/;

describe('the action', () => {
  interface Trial {
    /** Of the step that failed, otherwise 0. */
    status: number;
    printed: string;
    summary: string;
    outputs: Record<string, string>;
    /** The actions that were used, with their inputs. */
    used: Record<string, Record<string, string>>;
  }

  function values(inputs: Record<string, string>, outputs: Record<string, string>) {
    const given = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
    return (path: string): string => {
      const [scope, name = '', , output = ''] = path.split('.');
      return (scope === 'inputs' ? { ...given, ...inputs }[name] : outputs[output]) ?? '';
    };
  }

  /** Executes every step that runs, and notes what each action would be given. */
  function trial(inputs: Record<string, string>): Trial {
    const file = (name: string): string => join(folder, name);
    const env = { GITHUB_STEP_SUMMARY: file('summary.md'), GITHUB_OUTPUT: file('output'), GITHUB_ACTIONS: 'true' };
    for (const path of [env.GITHUB_STEP_SUMMARY, env.GITHUB_OUTPUT]) writeFileSync(path, '');
    const repository = dirname(project);
    const result: Trial = { status: 0, printed: '', summary: '', outputs: {}, used: {} };
    for (const step of action.runs.steps) {
      const valueOf = values(inputs, result.outputs);
      const filled = (text: string): string => text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_, path) => valueOf(path));
      const condition = (step.if ?? 'true').replaceAll(/(?:inputs|steps)\.[\w.-]+/g, (path) =>
        JSON.stringify(valueOf(path)),
      );
      const isOn = runInNewContext(condition.replace('always()', 'true')) as boolean;
      if (!isOn || (result.status !== 0 && !step.if?.includes('always()'))) continue;
      const given = (fields: Record<string, string> = {}): Record<string, string> =>
        Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, filled(text)]));
      if (step.uses !== undefined) {
        result.used[step.uses] = given(step.with);
        continue;
      }
      expect(step.shell).toBe('bash');
      const cwd = join(repository, filled(step['working-directory']!));
      const { status, stdout, stderr } = sh(step.run!, cwd, {
        ...env,
        GITHUB_WORKSPACE: repository,
        ...given(step.env),
      });
      result.status ||= status ?? 2;
      result.printed += stdout + stderr;
      const lines = readFileSync(env.GITHUB_OUTPUT, 'utf8').trim().split('\n');
      if (step.id === 'run') result.outputs = Object.fromEntries(lines.map((line) => line.split('=')));
    }
    result.summary = readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8');
    return result;
  }

  const inputs = { 'working-directory': 'app', 'code-scanning': 'true' };

  it('fails where a property is violated, and leaves the story in the summary, the artifact and code scanning', () => {
    const { status, printed, summary, outputs, used } = trial({
      ...inputs,
      arguments: 'lagging-replica\n--backend simulated',
    });
    expect(printed).toMatch(REVERSION);
    expect([status, outputs['exit-code']]).toEqual([1, '1']);
    expect(printed).toMatch(/^::error file=app\/app\/api\/jobs\/\[id\]\/route\.ts,/m);
    expect(summary).toMatch(REVERSION);
    const path = used['actions/upload-artifact@v7']!['path']!;
    expect(path.trimEnd().split('\n')).toEqual(['app/reports', '!app/reports/latest']);
    expect(filesIn(join(project, 'reports'))).toEqual(
      expect.arrayContaining(['report.html', 'junit.xml', 'ratchet.sarif', 'plan.json', 'history.ndjson']),
    );
    const sarif = readFileSync(used['github/codeql-action/upload-sarif@v4']!['sarif_file']!, 'utf8');
    expect(sarif).toContain('"uri": "app/app/api/jobs/%5Bid%5D/route.ts"');
  });

  it('passes where every property holds, and uploads only what it is asked to', () => {
    const { status, printed, summary, outputs, used } = trial({
      'working-directory': 'app',
      arguments: 'error-as-zero --backend simulated',
      artifact: '',
    });
    expect(status, printed).toBe(0);
    expect(outputs['exit-code']).toBe('0');
    expect(summary).toContain('1 passed');
    expect(Object.keys(used)).toEqual(['actions/setup-node@v7']);
  });

  it('fails by the code of bad input, and has nothing for code scanning then', () => {
    const { status, printed, outputs, used } = trial({ ...inputs, arguments: '*' });
    expect(printed).toContain('no scenario is called "*"');
    expect([status, outputs['exit-code']]).toEqual([64, '64']);
    expect(used).not.toHaveProperty(['github/codeql-action/upload-sarif@v4']);
  });

  it('runs nothing where the dependencies cannot be installed', () => {
    const { status, outputs, used } = trial({ ...inputs, install: 'false' });
    expect([status, outputs]).toEqual([1, {}]);
    expect(Object.keys(used)).toEqual(['actions/setup-node@v7', 'actions/upload-artifact@v7']);
  });

  it('gives no input to a shell but as a variable', () => {
    for (const { run } of action.runs.steps) expect(run ?? '').not.toContain('${{');
    expect(action.outputs['exit-code']!.value).toBe('${{ steps.run.outputs.exit-code }}');
  });

  it('has the documented inputs, with their defaults', () => {
    const documented = [...page.matchAll(/^\| `([a-z-]+)` \| ([^|]+?) \|/gm)].map(([, name, text]) => [
      name,
      text === '–' ? '' : text!.replaceAll('`', ''),
    ]);
    const declared = Object.entries(action.inputs).map(([name, input]) => [name, input.default]);
    expect(documented).toEqual(declared);
  });

  it('is part of the package', () => {
    const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] };
    expect(files).toContain('action.yml');
  });
});

interface GateStep {
  run?: string;
  store_test_results?: { path: string };
  store_artifacts?: { path: string };
}

interface Gate {
  ratchet?: { script: string[]; artifacts: { paths: string[]; reports: { junit: string } } };
  jobs?: Record<string, { steps: GateStep[] }>;
}

describe('the gates', () => {
  it('are for three servers, each in at most ten lines', () => {
    expect(gates.map(({ file }) => file)).toEqual([
      '.github/workflows/ratchet.yml',
      '.gitlab-ci.yml',
      '.circleci/config.yml',
    ]);
    for (const { file, text } of gates) expect(text.trimEnd().split('\n').length, file).toBeLessThanOrEqual(10);
  });

  it('of GitHub gives the action inputs that it has', () => {
    const gate = parse(gates[0]!.text) as { jobs: { ratchet: { steps: Step[] } } };
    const step = gate.jobs.ratchet.steps.at(-1)!;
    expect(step.uses).toMatch(/\/ratchet@/);
    for (const name of Object.keys(step.with!)) expect(Object.keys(action.inputs)).toContain(name);
  });

  function commandsOf({ ratchet, jobs }: Gate): string[] {
    if (ratchet !== undefined) return ratchet.script;
    return Object.values(jobs!).flatMap(({ steps }) => steps.flatMap((step) => step.run ?? []));
  }

  /** Of what the server stores. */
  function pathsOf({ ratchet, jobs }: Gate): string[] {
    if (ratchet !== undefined) return [ratchet.artifacts.reports.junit, ...ratchet.artifacts.paths];
    const steps = Object.values(jobs!).flatMap(({ steps }) => steps);
    return steps.flatMap(({ store_test_results: results, store_artifacts: artifacts }) =>
      [results, artifacts].flatMap((stored) => stored?.path ?? []),
    );
  }

  it.each(gates.slice(1))('$file fails with the story, and keeps what it stores', ({ text }) => {
    const gate = parse(text) as Gate;
    const commands = commandsOf(gate);
    expect(commands).toHaveLength(2);
    // One scenario in memory: all of them on PostgreSQL take minutes.
    const shortened = commands.map((each) => each.replace('run', 'run lagging-replica --backend simulated'));
    const { status, stdout, stderr } = sh(shortened.join('\n'), project);
    expect(stdout, stderr).toMatch(REVERSION);
    expect(status).toBe(1);
    const paths = pathsOf(gate);
    expect(paths.toSorted()).toEqual(['reports', 'reports/junit.xml']);
    for (const path of paths) expect(existsSync(join(project, path)), path).toBe(true);
  });
});
