import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parametersOf, planOf } from '../harness/plan/scenario.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { requireProperties } from '../harness/runner/judgement.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const catalogue = await openCatalogue(here);

describe('the catalogue', () => {
  it('holds every file of this folder under its name', async () => {
    const files = readdirSync(here).filter((file) => file.endsWith('.ts') && !/\.(test|case)\.ts$/.test(file));
    expect(catalogue.scenarioNames).toEqual(files.map((file) => file.replace('.ts', '')).sort());
    for (const name of catalogue.scenarioNames) expect((await catalogue.loadScenario(name)).name).toBe(name);
  });
});

describe.each([...catalogue.scenarioNames])('%s', (name) => {
  it('yields a valid plan for every seed, and says what it expects of each subject', async () => {
    const scenario = await catalogue.loadScenario(name);
    const parameters = parametersOf(scenario, {});
    for (let seed = 0; seed < 200; seed++) requireProperties(planOf(scenario, seed, parameters).properties);
    expect(Object.keys(scenario.expect(parameters)).sort()).toEqual([...catalogue.subjectNames]);
  });
});
