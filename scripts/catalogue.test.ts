/** docs/CATALOGUE.md is written from the scenarios: `npx vitest run scripts/catalogue.test.ts -u` writes it. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SCENARIO_TAGS } from '../harness/plan/scenario-tags.ts';
import { parametersOf, planOf } from '../harness/plan/scenario.ts';
import { scenarioMarkdown } from '../harness/report/scenario-page.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { expectationsOf } from '../harness/runner/expectation.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const catalogue = await openCatalogue(root);
const scenarios = await Promise.all(catalogue.scenarioNames.map((name) => catalogue.loadScenario(name)));

const TITLES = {
  reads: 'Reads that are old, or arrive in the wrong order',
  writes: 'Writes that really go backwards',
  values: 'Values that were never progress',
  failover: 'Failover',
  stream: 'Streams',
} as const;

it('the catalogue is what the scenarios say', async () => {
  const sections = await Promise.all(
    SCENARIO_TAGS.map(async (tag) => {
      const tagged = scenarios.filter(({ tags }) => tags?.[0] === tag);
      const pages = tagged.map(async (scenario) =>
        scenarioMarkdown(scenario, await expectationsOf(scenario, catalogue)),
      );
      return [`## ${TITLES[tag]}`, ...(await Promise.all(pages))].join('\n\n');
    }),
  );
  const text = ['# The catalogue of root causes', INTRODUCTION, ...sections].join('\n\n');
  await expect(`${text}\n`).toMatchFileSnapshot(join(root, 'docs/CATALOGUE.md'));
});

const INTRODUCTION = `Each scenario reproduces one reason for which a progress goes backwards. \`ratchet list NAME\` prints its page, \`ratchet run NAME\`
runs it, and \`ratchet run --tag writes\` runs a group. "Expected" says what the subjects of this repository do.`;

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
  it('has a whole page', () => {
    const { tags = [], mechanism, injects, breaks = [], remedy } = scenario;
    expect([tags.length, breaks.length].every((count) => count > 0)).toBe(true);
    expect([mechanism, injects, remedy].every((text) => text?.endsWith('.'))).toBe(true);
  });

  it('judges what it breaks', () => {
    const { properties } = planOf(scenario, 1, parametersOf(scenario, {}));
    expect(properties).toEqual(expect.arrayContaining([...(scenario.breaks ?? [])]));
  });
});
