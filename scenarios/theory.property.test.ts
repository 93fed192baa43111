import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { realClock } from '../harness/clock.ts';
import { explore, type Explored } from '../harness/explore/explore.ts';
import { localWorker } from '../harness/explore/search-workers.ts';
import { createSearcher } from '../harness/explore/search-job.ts';
import { simulationOf } from '../harness/explore/simulation.ts';
import { loadSpace } from '../harness/explore/space.ts';
import { planSpace } from '../harness/plan/arbitraries.ts';
import type { Range } from '../harness/plan/range.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { referenceSubjects } from '../fixtures/subjects/reference-subjects.test-support.ts';

const catalogue = await openCatalogue(fileURLToPath(new URL('.', import.meta.url)));
const subjectNames = await referenceSubjects(catalogue);
const TIMEOUT_MS = 120_000;

async function exploring(
  subjectName: string,
  variations: Parameters<typeof createSearcher>[0]['variations'],
  runs: number,
  properties?: readonly string[],
): Promise<Explored> {
  const simulate = await simulationOf(await catalogue.loadSubject(subjectName));
  const searcher = createSearcher({ variations, seed: 1, simulate, ...(properties && { properties }) });
  // Only whether something is found matters here, so nothing is shrunk.
  const worker = {
    ...localWorker(searcher),
    shrink: async () => ({ plan: undefined as never, runs: 0, steadiness: 0 }),
  };
  const signal = new AbortController().signal;
  return explore({ workers: [worker], runs, clock: realClock(), onProgress: () => undefined, signal });
}

/** The find, in a form that a failing assertion shows completely. */
function findingOf({ found }: Explored) {
  return found === undefined ? 'nothing' : { ...found.failing, plan: JSON.stringify(found.plan) };
}

describe('over the whole plan space', () => {
  it('guarded holds', { timeout: TIMEOUT_MS }, async () => {
    const explored = await exploring('guarded', planSpace(), 2_000);
    expect(findingOf(explored)).toBe('nothing');
    expect(explored.runs).toBe(2_000);
  });

  it.each(['legacy', 'workspace-fix'])('%s does not hold', { timeout: TIMEOUT_MS }, async (subject) => {
    expect(findingOf(await exploring(subject, planSpace(), 2_000))).toMatchObject({ kind: 'violation' });
  });
});

/** All deviations of requests and workers, without lag and loss of databases. */
const REQUESTS = ['http-delay', 'http-lose-response', 'http-drop', 'http-error', 'stall'] as const;
const LAG = ['lag-timed', 'http-route'] as const;
/** Of the retries of `workspace-fix`. */
const WITHIN_BUDGET = { lagMsMax: 2_500, generationsMax: 1 } as const;
/** A replica that is late becomes the primary. */
const FAILOVER = ['promotion', 'lag-timed', 'lag-exact', 'outage'] as const;

const theory: [what: string, subject: string, holds: boolean, range: Range][] = [
  [
    'without lag, with one writer and one poll at a time',
    'legacy',
    true,
    { deviations: REQUESTS, replicasMax: 0, generationsMax: 1 },
  ],
  ['if a replica lags', 'legacy', false, { deviations: LAG, generationsMax: 1 }],
  ['if a replica fails', 'legacy', false, { deviations: ['outage', 'http-route'], generationsMax: 1 }],
  ['if polls overlap', 'legacy', false, { deviations: ['overlap', 'http-delay'], replicasMax: 0, generationsMax: 1 }],
  [
    'if a generation starts before the previous one has ended',
    'legacy',
    false,
    { deviations: ['stall'], replicasMax: 0 },
  ],
  ['if the primary is lost with commits', 'legacy', false, { deviations: FAILOVER, generationsMax: 1 }],
  ['if the primary is lost with commits', 'guarded', true, { deviations: FAILOVER }],
  [
    'with lag within its budget, one writer and one poll at a time',
    'workspace-fix',
    true,
    { deviations: [...LAG, ...REQUESTS], ...WITHIN_BUDGET, outcomes: ['completed'], equalSteps: false },
  ],
  // It compares the progress alone: a replica shows the generation as running again.
  [
    'with lag within its budget, if a generation fails without more progress',
    'workspace-fix',
    false,
    { deviations: LAG, ...WITHIN_BUDGET, outcomes: ['failed'] },
  ],
  ['with lag beyond its budget', 'workspace-fix', false, { deviations: LAG, generationsMax: 1 }],
  [
    'with lag within its budget, if a tab sends no expectation',
    'workspace-fix',
    false,
    { deviations: [...LAG, 'forget'], ...WITHIN_BUDGET },
  ],
  [
    'with lag within its budget, if polls overlap',
    'workspace-fix',
    false,
    { deviations: [...LAG, 'overlap'], ...WITHIN_BUDGET },
  ],
  [
    'if a write is retried after another generation has started',
    'workspace-fix',
    false,
    { deviations: ['http-lose-response'], replicasMax: 0, storiesMax: 1 },
  ],
];

describe.each(theory)('%s', (_, subject, holds, range) => {
  it(`${subject} ${holds ? 'holds' : 'does not hold'}`, { timeout: TIMEOUT_MS }, async () => {
    const explored = await exploring(subject, planSpace(range), holds ? 200 : 2_000);
    if (holds) expect(findingOf(explored)).toBe('nothing');
    else expect(findingOf(explored)).toMatchObject({ kind: 'violation' });
  });
});

describe('with lag, if a tab does not send the progress that it has seen', () => {
  const variations = planSpace({ deviations: [...LAG, 'lag-exact', 'forget'], generationsMax: 2 });
  const properties = ['monotonic-view', 'monotonic-reads'];

  it('guarded holds, because the primary answers a request without a token', { timeout: TIMEOUT_MS }, async () => {
    expect(findingOf(await exploring('guarded', variations, 500, properties))).toBe('nothing');
  });

  it('workspace-fix does not hold', { timeout: TIMEOUT_MS }, async () => {
    expect(findingOf(await exploring('workspace-fix', variations, 500, properties))).toMatchObject({
      kind: 'violation',
    });
  });
});

describe.each([...catalogue.scenarioNames])('in the range of %s', (name) => {
  it.each([...subjectNames])('%s is as expected', { timeout: TIMEOUT_MS }, async (subject) => {
    const space = await loadSpace(catalogue, name, {}, await catalogue.loadSubject(subject));
    const { expected } = space;
    const explored = await exploring(subject, space.variations, expected === false ? 1_000 : 100);
    if (expected === true) expect(findingOf(explored)).toBe('nothing');
    else if (expected === false) expect(findingOf(explored)).toMatchObject({ kind: 'violation' });
    else expect(explored.found?.failing.kind ?? 'violation').toBe('violation');
  });
});
