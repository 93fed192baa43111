import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parametersOf, planOf } from '../harness/plan/scenario.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { execute } from '../harness/runner/execute.ts';
import { loadBackend } from '../harness/runner/backend-registry.ts';
import { expectedOfRun } from '../harness/runner/expectation.ts';
import { missingOf } from '../harness/runner/requirements.ts';

const catalogue = await openCatalogue(fileURLToPath(new URL('.', import.meta.url)));

/** Checks that the subject withstands exactly the scenarios that it declares, on real replication. */
export async function judgeEveryScenario(backendName: string, subjectName: string): Promise<void> {
  const backend = await loadBackend(backendName);
  const subject = await catalogue.loadSubject(subjectName);
  const reportRoot = mkdtempSync(join(tmpdir(), 'reports-'));
  afterAll(() => rmSync(reportRoot, { recursive: true, force: true }));

  const names = await Promise.all(
    catalogue.scenarioNames.map(async (name) => {
      const scenario = await catalogue.loadScenario(name);
      return { name, missing: missingOf(planOf(scenario, 1, parametersOf(scenario, {})), backend, subject) };
    }),
  );
  const isPossible = Map.groupBy(names, ({ missing }) => missing === undefined);

  it.each((isPossible.get(false) ?? []).map(({ name, missing }) => [name, missing!.message]))(
    `${backendName} rejects %s: %s`,
    (_name, message) => {
      expect(message).toMatch(new RegExp(`^the backend ${backendName} cannot do what faults\\.\\d \\(promotion\\)`));
    },
  );

  describe(`${subjectName} on ${backendName}`, () => {
    it.each((isPossible.get(true) ?? []).map(({ name }) => name))(
      'meets its expectation under %s',
      async (scenarioName) => {
        const scenario = await catalogue.loadScenario(scenarioName);
        const parameters = parametersOf(scenario, {});
        const plan = planOf(scenario, 1, parameters);
        const expected = expectedOfRun(subject, scenarioName, parameters);
        expect(expected).toBeTypeOf('boolean');
        const quietly = { onProgress: () => undefined, signal: new AbortController().signal };
        const report = await execute({ plan, subject, backend, reportRoot, expected, ...quietly });
        expect(report.incomplete).toBeUndefined();
        expect({ valid: report.valid, verdicts: report.verdicts }).toMatchObject({ valid: expected });
      },
    );
  });
}
