/** The examples of docs/SCENARIOS.md are the files that lie in fixtures, run, and give the JSON that it shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as ratchet from '../harness/index.ts';
import { parametersOf, planOf } from '../harness/plan/scenario.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { judgeRun, requireProperties } from '../harness/runner/judgement.ts';
import { simulateRun } from '../harness/runner/simulate-run.ts';
import { inMacrotask } from '../harness/simulation/simulate.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = join(root, 'fixtures/example-project');
const page = readFileSync(join(root, 'docs/SCENARIOS.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts\n(?:\/\/ (\S+)\n)?([^]*?)^```$/gm)].map(([, file, text]) => ({
  file,
  text: text!,
}));

describe('the files of the page', () => {
  const files = blocks.filter(({ file }) => file !== undefined);

  it.each(files)('$file is the one that lies in the example', ({ file, text }) => {
    const written = readFileSync(join(project, file!), 'utf8');
    expect(written.replace(/'(\.\.\/)+harness\/index\.ts'/, "'ratchet'")).toBe(text);
  });

  it('are both there', () => {
    expect(files.map(({ file }) => file)).toEqual(['ratchet.config.ts', 'scenarios/late-replica.ts']);
  });
});

describe('the scenario of the page', () => {
  it.each([
    ['legacy', false],
    ['guarded', true],
  ])('is judged for %s: %s', async (name, valid) => {
    const catalogue = await openCatalogue(project);
    const scenario = await catalogue.loadScenario('late-replica');
    const subject = await catalogue.loadSubject(name);
    const plan = planOf(scenario, 1, parametersOf(scenario, {}));
    const { history, incomplete } = await inMacrotask(() => simulateRun({ plan, subject }));
    expect(incomplete).toBeUndefined();
    expect(judgeRun(history, requireProperties(plan.properties), {}).valid).toBe(valid);
  });
});

describe('a call of the page', () => {
  const rows = [...page.matchAll(/^\| `([^`]+)` \| `(\{[^`]+\})` \|$/gm)].map(([, call, json]) => [call!, json!]);
  const actors = blocks.find(({ file }) => file === undefined)!.text;

  it.each(rows)('%s', (call, json) => {
    const given = runInNewContext(`${actors.replaceAll('const ', 'var ')};(${call})`, { ...ratchet }) as object;
    // A fault may hold actors, whose names it gets from the plan that holds it; all else is JSON by itself.
    const parts = { generations: [], observers: [], properties: [] };
    const written =
      'kind' in given ? ratchet.plan({ ...parts, faults: [given as ratchet.FaultPart] }).faults![0] : { ...given };
    expect(JSON.parse(JSON.stringify(written))).toEqual(JSON.parse(json!));
  });

  it('is there for every method of the actors', () => {
    const called = new Set(rows.flatMap(([call]) => [...call!.matchAll(/(\w+)\.(\w+)\(/g)].map(([, , name]) => name)));
    const actorsOf = [ratchet.aStory('s'), ratchet.aTab('t'), ratchet.aReplica(1)];
    const methods = actorsOf.flatMap((actor) => Object.getOwnPropertyNames(Object.getPrototypeOf(actor)));
    expect(methods.filter((name) => name !== 'constructor' && !called.has(name))).toEqual([]);
  });
});
