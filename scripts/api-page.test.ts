/** The scripts of docs/API.md run as they stand, in a project of their own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/API.md'), 'utf8');
const project = mkdtempSync(join(tmpdir(), 'ratchet-api-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const config = { subjects: [join(root, 'fixtures/subjects')] };
writeFileSync(join(project, 'ratchet.config.ts'), `export const config = ${JSON.stringify(config)};\n`);

/** What a function takes before its options, or in their place; the command line of a load is not a caller's. */
const GIVEN_ALONE = ['scenarios', 'ranges', 'scenario', 'command'];

/** A script of the page, run by Node in the project. */
function script(name: string): { status: number | null; stdout: string; stderr: string } {
  const text = page.match(new RegExp(`^\`\`\`ts\n// ${name}\n([^]*?)^\`\`\`$`, 'm'))![1]!;
  const path = join(project, name);
  writeFileSync(path, text.replace("'ratchet'", JSON.stringify(join(root, 'harness/index.ts'))));
  return spawnSync(process.execPath, [path], { cwd: project, encoding: 'utf8' });
}

describe('the scripts of the page', () => {
  it('tell what is violated, and pass it on as the exit code', () => {
    const { status, stdout, stderr } = script('lagging.ts');
    expect(stdout, stderr).toMatch(/^lagging-replica: monotonic-view: tab-1 saw story-1 go from 85% back to 10%$/m);
    expect(status).toBe(1);
  });

  it('find the smallest plan, and run it on another subject', () => {
    const { status, stdout, stderr } = script('smallest.ts');
    expect(stdout, stderr).toMatch(/^monotonic-view, with \d faults\nguarded: true\n$/);
    expect(status).toBe(0);
  });
});

describe('the options of the page', () => {
  it('are all that the functions have', () => {
    const files = [
      'project',
      'overrides',
      'run-scenarios',
      'explore-ranges',
      'open-gate',
      'check-files',
      'history-source',
      'load-scenario',
    ];
    const sources = files.map((file) => readFileSync(join(root, `harness/api/${file}.ts`), 'utf8')).join('\n');
    const interfaces = [...sources.matchAll(/^export interface \w*(?:Options|Overrides)[^{]*\{\n([^]*?)^\}/gm)];
    const options = interfaces.flatMap(([, body]) =>
      [...body!.matchAll(/^ {2}(\w+)\??[:(]/gm)].map(([, name]) => name!),
    );
    const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].map(([, cell]) => cell).join(' ');
    const bounds = [
      'convergeWithinMs',
      'maxStalenessMs',
      'maxStalenessVersions',
      'minAvailability',
      'maxLatencyMs',
      'finalLookAnswered',
      'keys',
      'sessions',
    ];
    expect(options).toEqual(expect.arrayContaining(['routing', 'timeoutMs', 'map']));
    for (const name of [...options, ...bounds].filter((each) => !GIVEN_ALONE.includes(each))) {
      expect(rows).toContain(`\`${name}\``);
    }
  });
});
