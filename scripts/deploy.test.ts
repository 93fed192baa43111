/** The examples of deploy/ are valid YAML, and what they run explores every shard once and merges them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { root } from './compose.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
afterAll(() => rmSync(folder, { recursive: true }));

const calls = join(folder, 'calls');
const programs = join(folder, 'bin');
mkdirSync(programs);
/** Instead of the ratchet of a project: notes its arguments, creates its report, and ends as it is told to. */
const noted = `#!/bin/sh
echo "$@" >> '${calls}'
for argument; do [ "$previous" = --report ] && mkdir -p "$argument"; previous=$argument; done
exit "$RATCHET_EXIT_CODE"
`;
writeFileSync(join(programs, 'npx'), noted, { mode: 0o755 });
writeFileSync(join(programs, 'npm'), '#!/bin/sh\n', { mode: 0o755 });

/** Runs a script in a shell that ends at the first failure, and returns its exit code and what it ran. */
function runScript(
  script: readonly string[],
  env: Readonly<Record<string, string>>,
  exitCode = 0,
): { status: number | null; ran: string[] } {
  writeFileSync(calls, '');
  const PATH = `${programs}${delimiter}${process.env['PATH']}`;
  const environment = { PATH, RATCHET_EXIT_CODE: String(exitCode), ...env };
  const { status } = spawnSync('sh', ['-ec', script.join('\n')], { cwd: folder, env: environment });
  return { status, ran: readFileSync(calls, 'utf8').split('\n').filter(Boolean) };
}

const read = (path: string): string => readFileSync(join(root, 'deploy', path), 'utf8');
const shardsOf = (ran: readonly string[]): (string | undefined)[] => ran.map((call) => /--shard (\S+)/.exec(call)?.[1]);
const everyShard = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at + 1}/${count}`);

interface Example {
  shards: number;
  /** The script of the shard at this position, from 0, and its environment. */
  shard(at: number): [script: string[], env: Record<string, string>];
  merge: [script: string[], env: Record<string, string>];
}

interface Container {
  args: string[];
  env: { name: string; value: string }[];
}

function kubernetes(): Example {
  const jobOf = (path: string) =>
    parseAllDocuments(read(path))
      .map((document) => document.toJS() as { kind: string; spec: Record<string, unknown> })
      .find(({ kind }) => kind === 'Job')!;
  const containerOf = (job: { spec: Record<string, unknown> }): Container =>
    (job.spec['template'] as { spec: { containers: Container[] } }).spec.containers[0]!;
  const environmentOf = ({ env }: Container): Record<string, string> => ({
    ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
    REPORTS: folder,
  });
  const [shards, merge] = [jobOf('kubernetes/shards.yaml'), jobOf('kubernetes/merge.yaml')];
  const [explorer, merger] = [containerOf(shards), containerOf(merge)];
  expect(shards.spec['completionMode']).toBe('Indexed');
  return {
    shards: shards.spec['completions'] as number,
    shard: (at) => [explorer.args, { ...environmentOf(explorer), JOB_COMPLETION_INDEX: String(at) }],
    merge: [merger.args, environmentOf(merger)],
  };
}

function gitlab(): Example {
  const { explore, merge } = parse(read('gitlab/shards.gitlab-ci.yml')) as {
    explore: { parallel: number; script: string[] };
    merge: { script: string[] };
  };
  const { parallel } = explore;
  return {
    shards: parallel,
    shard: (at) => [explore.script, { CI_NODE_INDEX: String(at + 1), CI_NODE_TOTAL: String(parallel) }],
    merge: [merge.script, {}],
  };
}

function github(): Example {
  interface Job {
    strategy: { matrix: { shard: number[] } };
    steps: { run?: string }[];
  }
  const { jobs } = parse(read('github/shards.yml')) as { jobs: { explore: Job; merge: Job } };
  const scriptOf = ({ steps }: Job): string[] => steps.flatMap(({ run }) => run ?? []);
  const { shard } = jobs.explore.strategy.matrix;
  return {
    shards: shard.length,
    shard: (at) => [scriptOf(jobs.explore), { SHARD: String(shard[at]) }],
    merge: [scriptOf(jobs.merge), {}],
  };
}

describe.each(Object.entries({ kubernetes, gitlab, github }))('the example for %s', (_, load) => {
  const { shards, shard, merge } = load();

  it('explores every shard once, and merges all of their reports', () => {
    rmSync(join(folder, 'shards'), { recursive: true, force: true });
    const ran = Array.from({ length: shards }, (__, at) => runScript(...shard(at)).ran).flat();
    expect(shardsOf(ran)).toEqual(everyShard(shards));
    const [merged] = runScript(...merge).ran;
    expect(merged?.match(/shards\/\d+/g)).toHaveLength(shards);
  });

  it.each([
    [1, 0],
    [2, 0],
    [64, 1],
  ])('of a shard that exits with %d the job exits with %d', (exitCode, expected) => {
    expect(runScript(...shard(0), exitCode).status).toBe(expected);
  });

  it('exits with the verdict of the merge', () => {
    expect(runScript(...merge, 1).status).toBe(1);
  });
});

it('the load for the k6 operator gives the script of the tabs variables that it has, and logs their lines alone', () => {
  const { kind, spec } = parse(read('kubernetes/load.yaml')) as {
    kind: string;
    spec: { arguments: string; script: { configMap: { file: string } }; runner: { env: { name: string }[] } };
  };
  const script = readFileSync(join(root, 'harness/load', spec.script.configMap.file), 'utf8');
  const variables = spec.runner.env.map(({ name }) => name).filter((name) => name.startsWith('RATCHET_'));
  expect(kind).toBe('TestRun');
  expect(spec.arguments).toContain('--log-format raw');
  expect(variables.length).toBeGreaterThan(2);
  for (const name of variables) expect(script).toContain(`'${name.slice('RATCHET_'.length)}'`);
});
