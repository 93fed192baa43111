import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'ratchet-layers-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Files that violate the rules: the rule, the file, its import. */
const PLANTED: [rule: string, file: string, imported: string][] = [
  ['no-circular', 'harness/plan/one.ts', './two.ts'],
  ['not-resolvable', 'harness/plan/lost.ts', './nowhere.ts'],
  ['no-dev-dependencies-in-product', 'harness/plan/dev.ts', 'vitest'],
  ['pure-rooms-have-no-io', 'harness/history/io.ts', 'node:fs'],
  ['pure-rooms-have-no-io', 'harness/checker/timer.ts', 'node:timers/promises'],
  ['pure-rooms-have-no-io', 'harness/faults/network.ts', 'node:net'],
  ['ports-import-types-only', 'harness/port/value.ts', '../plan/leaf.ts'],
  ['history-imports-nothing', 'harness/history/up.ts', '../plan/leaf.ts'],
  ['checker-imports-only-history', 'harness/checker/plan.ts', '../plan/leaf.ts'],
  ['plan-is-a-value', 'harness/plan/runner.ts', '../runner/leaf.ts'],
  ['define-knows-ports', 'harness/define/runner.ts', '../runner/leaf.ts'],
  ['faults-know-ports', 'harness/faults/backend.ts', '../backend/embedded/leaf.ts'],
  ['incident-knows-histories', 'harness/incident/runner.ts', '../runner/leaf.ts'],
  ['realtime-knows-ports', 'harness/realtime/runner.ts', '../runner/leaf.ts'],
  ['loader-imports-nothing', 'harness/loader/plan.ts', '../plan/leaf.ts'],
  ['subject-knows-ports', 'harness/subject/backend.ts', '../backend/embedded/leaf.ts'],
  ['gateway-knows-ports', 'harness/gateway/backend.ts', '../backend/embedded/leaf.ts'],
  ['register-imports-nothing', 'harness/register/runner.ts', '../runner/leaf.ts'],
  ['edge-knows-ports', 'harness/edge/runner.ts', '../runner/leaf.ts'],
  ['channels-know-ports', 'harness/channels/runner.ts', '../runner/leaf.ts'],
  ['actors-know-ports', 'harness/actors/runner.ts', '../runner/leaf.ts'],
  ['recording-knows-ports', 'harness/recording/runner.ts', '../runner/leaf.ts'],
  ['preflight-knows-ports', 'harness/preflight/runner.ts', '../runner/leaf.ts'],
  ['scaffold-imports-nothing', 'harness/scaffold/runner.ts', '../runner/leaf.ts'],
  ['load-wires-a-run-and-its-tabs', 'harness/load/report.ts', '../report/leaf.ts'],
  ['the-script-of-tabs-is-for-k6', 'harness/load/tab-script.ts', '../plan/leaf.ts'],
  ['monitor-imports-nothing', 'harness/monitor/runner.ts', '../runner/leaf.ts'],
  ['watch-knows-no-run', 'harness/watch/runner.ts', '../runner/leaf.ts'],
  ['lifetime-imports-nothing', 'harness/lifetime/backend.ts', '../backend/embedded/leaf.ts'],
  ['simulation-knows-no-run', 'harness/simulation/plan.ts', '../plan/leaf.ts'],
  ['report-knows-ports', 'harness/report/backend.ts', '../backend/embedded/leaf.ts'],
  ['baseline-knows-reports', 'harness/baseline/runner.ts', '../runner/leaf.ts'],
  ['merge-knows-ports', 'harness/merge/runner.ts', '../runner/leaf.ts'],
  ['backend-knows-ports', 'harness/backend/embedded/plan.ts', '../../plan/leaf.ts'],
  ['backend-embedded-stands-alone', 'harness/backend/embedded/other.ts', '../simulated/leaf.ts'],
  ['only-wiring-rooms-know-backends', 'harness/cli/backend.ts', '../backend/embedded/leaf.ts'],
  ['the-cli-is-at-the-top', 'harness/runner/cli.ts', '../cli/leaf.ts'],
  ['runner-does-not-report', 'harness/runner/report.ts', '../report/leaf.ts'],
  ['runner-does-not-report', 'harness/up/report.ts', '../report/leaf.ts'],
  ['runner-does-not-report', 'harness/api/report.ts', '../report/leaf.ts'],
  ['harness-imports-no-fixtures', 'harness/runner/fixture.ts', '../../fixtures/subjects/leaf.ts'],
  ['harness-imports-no-fixtures', 'harness/runner/scenario.ts', '../../scenarios/leaf.ts'],
  ['one-door-to-the-harness', 'scenarios/inner.ts', '../harness/plan/leaf.ts'],
  ['one-door-to-the-harness', 'fixtures/subjects/inner.ts', '../../harness/plan/leaf.ts'],
  ['applications-are-applications', 'fixtures/story-app/inner.ts', '../../harness/index.ts'],
  ['applications-are-applications', 'fixtures/render-app/inner.ts', '../../harness/index.ts'],
  ['applications-are-applications', 'fixtures/remedies/inner.ts', '../../harness/index.ts'],
  ['remedies-can-be-copied', 'fixtures/remedies/leaning.ts', '../story-app/leaf.ts'],
];

const LEAVES = [
  ...['plan', 'runner', 'report', 'cli', 'backend/embedded', 'backend/simulated'].map(
    (part) => `harness/${part}/leaf.ts`,
  ),
  'harness/index.ts',
  'fixtures/subjects/leaf.ts',
  'fixtures/story-app/leaf.ts',
  'scenarios/leaf.ts',
];

function write(file: string, content: string): void {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  writeFileSync(join(copy, file), content);
}

describe('the import rules', () => {
  let found: { rule: string; from: string }[];

  beforeAll(() => {
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      copyFileSync(join(root, file), join(copy, file));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const file of LEAVES) write(file, 'export const leaf = 1;\n');
    for (const [, file, imported] of PLANTED)
      write(file, `import * as planted from '${imported}';\nexport const p = planted;\n`);
    write('harness/plan/two.ts', "import type * as one from './one.ts';\nexport type Two = typeof one;\n");
    const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'harness', 'scenarios', 'fixtures'];
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/depcruise'), args, {
      cwd: copy,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
    found = summary.violations.map((violation) => ({ rule: violation.rule.name, from: violation.from }));
  });

  it.each(PLANTED)('%s catches %s', (rule, file) => {
    expect(found).toContainEqual({ rule, from: file });
  });

  it('each have a planted violation', () => {
    const rules = new Set(
      readFileSync(join(root, '.dependency-cruiser.cjs'), 'utf8').match(/(?<=name: '|only\(\s*')[a-z-]+(?=')/g),
    );
    expect([...rules].filter((rule) => !PLANTED.some(([planted]) => planted === rule))).toEqual([]);
  });
});

describe('the lint rules', () => {
  function lint(source: string): number | null {
    const file = 'harness/runner/planted.ts';
    copyFileSync(join(root, '.oxlintrc.json'), join(copy, '.oxlintrc.json'));
    write(file, `${source}\n`);
    return spawnSync(join(root, 'node_modules/.bin/oxlint'), [file], { cwd: copy }).status;
  }

  it('allow harmless code', () => {
    expect(lint('export const one = 1;')).toBe(0);
  });

  it.each([
    ['Date.now', 'export const now = (): number => Date.now();'],
    ['Math.random', 'export const chance = (): number => Math.random();'],
    ['setTimeout', 'export const later = (work: () => void): void => void setTimeout(work, 1);'],
    ['console', "export const say = (): void => console.log('x');"],
    ['default export', 'export default 1;'],
  ])('forbid an ambient %s in the harness', (_, source) => {
    expect(lint(source)).toBe(1);
  });
});
