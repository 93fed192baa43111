import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parametersOf, planOf } from '../harness/plan/scenario.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { expectedOfRun } from '../harness/runner/expectation.ts';
import { judgeRun, requireProperties } from '../harness/runner/judgement.ts';
import { simulateRun } from '../harness/runner/simulate-run.ts';
import { inMacrotask } from '../harness/simulation/simulate.ts';
import { referenceSubjects } from '../fixtures/subjects/reference-subjects.test-support.ts';

const catalogue = await openCatalogue(fileURLToPath(new URL('.', import.meta.url)));
const subjectNames = await referenceSubjects(catalogue);
const SEEDS = [1, 2, 3, 4, 5];

describe.each([...subjectNames])('%s in virtual time', (subjectName) => {
  it.each([...catalogue.scenarioNames])('meets its expectation under %s, with every seed', async (scenarioName) => {
    const scenario = await catalogue.loadScenario(scenarioName);
    const subject = await catalogue.loadSubject(subjectName);
    const parameters = parametersOf(scenario, {});
    const expected = expectedOfRun(subject, scenarioName, parameters);
    expect(expected).toBeTypeOf('boolean');
    for (const seed of SEEDS) {
      const plan = planOf(scenario, seed, parameters);
      const outcome = await inMacrotask(() => simulateRun({ plan, subject }));
      expect(outcome.incomplete).toBeUndefined();
      const bound = plan.bounds.converge_within_ms;
      const options = bound === undefined ? {} : { convergeWithinMs: bound };
      const { valid, verdicts } = judgeRun(outcome.history, requireProperties(plan.properties), options);
      expect({ seed, valid, verdicts }).toMatchObject({ valid: expected });
      const again = await inMacrotask(() => simulateRun({ plan, subject }));
      expect(again.traceHash()).toBe(outcome.traceHash());
    }
  });
});
