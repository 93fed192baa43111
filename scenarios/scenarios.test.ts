import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parametersOf, planOf } from '../harness/plan/scenario.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { expectedOfRun } from '../harness/runner/expectation.ts';
import { requireProperties } from '../harness/runner/judgement.ts';
import * as scenarios from './index.ts';
import { referenceSubjects } from '../fixtures/subjects/reference-subjects.test-support.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const catalogue = await openCatalogue(here);
const subjectNames = await referenceSubjects(catalogue);

describe('the catalogue', () => {
  it('contains every file of this folder under its name', async () => {
    const files = readdirSync(here).filter((file) => file.endsWith('.ts') && !/(\.(test|case)|index)\.ts$/.test(file));
    expect(catalogue.scenarioNames).toEqual(files.map((file) => file.replace('.ts', '')).sort());
    for (const name of catalogue.scenarioNames) expect((await catalogue.loadScenario(name)).name).toBe(name);
  });
});

it('the public scenarios are all of them', async () => {
  const all = await Promise.all(catalogue.scenarioNames.map((name) => catalogue.loadScenario(name)));
  expect(
    Object.values(scenarios)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(all.map(({ name }) => name).sort());
});

describe.each([...catalogue.scenarioNames])('%s', (name) => {
  it('yields a valid plan for every seed', async () => {
    const scenario = await catalogue.loadScenario(name);
    const parameters = parametersOf(scenario, {});
    for (let seed = 0; seed < 200; seed++) {
      const plan = planOf(scenario, seed, parameters);
      requireProperties(plan.properties);
      expect(plan).toMatchObject({ scenario: name, seed });
    }
  });
});

describe.each([...subjectNames])('%s', (name) => {
  it('declares for every scenario, and nothing else, whether it withstands a run', async () => {
    const subject = await catalogue.loadSubject(name);
    expect(Object.keys(subject.withstands ?? {}).sort()).toEqual(catalogue.scenarioNames);
    for (const scenario of catalogue.scenarioNames) {
      const parameters = parametersOf(await catalogue.loadScenario(scenario), {});
      expect(expectedOfRun(subject, scenario, parameters)).toBeTypeOf('boolean');
    }
  });
});
