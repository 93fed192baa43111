/** Each application in fixtures/planted has one mistake, which the scenario of its name finds in every run. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parametersOf, planOf } from '../harness/plan/scenario.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { judgeRun, requireProperties } from '../harness/runner/judgement.ts';
import { simulateRun } from '../harness/runner/simulate-run.ts';
import { inMacrotask } from '../harness/simulation/simulate.ts';

const catalogue = await openCatalogue(fileURLToPath(new URL('.', import.meta.url)));
const folder = fileURLToPath(new URL('../fixtures/planted/', import.meta.url));
const names = readdirSync(folder).filter((name) => existsSync(`${folder}${name}/subject.ts`));

it.each(names)('%s is found', async (name) => {
  const scenario = await catalogue.loadScenario(name);
  const subject = await catalogue.loadSubject(`${folder}${name}/subject.ts`);
  for (const seed of [1, 2, 3, 4, 5]) {
    const plan = planOf(scenario, seed, parametersOf(scenario, {}));
    const { history } = await inMacrotask(() => simulateRun({ plan, subject }));
    const options = { convergeWithinMs: plan.bounds.converge_within_ms };
    const { verdicts } = judgeRun(history, requireProperties(plan.properties), options);
    const violated = verdicts.filter(({ valid }) => valid === false).map(({ property }) => property);
    expect(scenario.breaks!.some((property) => violated.includes(property))).toBe(true);
  }
});

it('guard-livelock is not found if the guard changes no row instead', async () => {
  const scenario = await catalogue.loadScenario('guard-livelock');
  const { simulation, ...subject } = await catalogue.loadSubject(`${folder}guard-livelock/subject.ts`);
  const stories = simulation!.tables['stories']!;
  const beforeUpdate: typeof stories.beforeUpdate = (old, next) => {
    const refused = new Error('refused');
    const raise = (): never => {
      throw refused;
    };
    try {
      return stories.beforeUpdate!(old, next, { raise });
    } catch (error) {
      if (error !== refused) throw error;
      return null;
    }
  };
  const mended = {
    ...subject,
    simulation: { ...simulation!, tables: { ...simulation!.tables, stories: { ...stories, beforeUpdate } } },
  };
  for (const seed of [1, 2, 3, 4, 5]) {
    const plan = planOf(scenario, seed, parametersOf(scenario, {}));
    const { history } = await inMacrotask(() => simulateRun({ plan, subject: mended }));
    expect(judgeRun(history, requireProperties(plan.properties), {}).valid).toBe(true);
  }
});
