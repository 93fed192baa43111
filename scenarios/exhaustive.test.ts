/** Every plan with few deviations from a base, over the subjects of the fixtures. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inSimulation } from '../fixtures/render-app/render-subjects.test-support.ts';
import { explore, replay } from '../harness/api/verbs.ts';
import { defineScenario } from '../harness/define/define-scenario.ts';

const report = mkdtempSync(join(tmpdir(), 'ratchet-exhaustive-'));
afterAll(() => rmSync(report, { recursive: true, force: true }));

/** One step, and a tab that polls a few times. */
const tiny = defineScenario({
  name: 'tiny',
  summary: 'one step',
  parameters: {},
  plan: () => ({
    topology: { replicas: 0 },
    generations: [
      { worker: 'worker-1', story: 'story-1', start: { at_ms: 310 }, steps: [{ progress: 100, after_ms: 50 }] },
    ],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: 70, start: { at_ms: 15 } }],
    properties: ['monotonic-view', 'integrity'],
  }),
});

/** As above, but with polls that do not overlap, and half as many plans. */
const short = defineScenario({
  ...tiny,
  name: 'short',
  plan: (options) => ({
    ...tiny.plan(options),
    generations: [
      { worker: 'worker-1', story: 'story-1', start: { at_ms: 100 }, steps: [{ progress: 100, after_ms: 50 }] },
    ],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: 100, start: { at_ms: 15 } }],
  }),
});

/** Further than two million plans. */
const long = defineScenario({
  ...tiny,
  name: 'long',
  plan: () => ({
    topology: { replicas: 2 },
    generations: [1, 2].map((number) => ({
      worker: `worker-${number}`,
      story: `story-${number}`,
      steps: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((progress) => ({ progress, after_ms: 100 })),
    })),
    observers: [1, 2].map((number) => ({ session: `tab-${number}`, story: `story-${number}`, every_ms: 70 })),
    properties: ['monotonic-view'],
  }),
});

describe('within one deviation of the small bases', { timeout: 240_000 }, () => {
  it.each(['legacy', 'workspace-fix'])(
    '%s violates the property, and the saved plan does so again',
    async (subject) => {
      const { valid, explorations } = await explore({ exhaustive: 1, ranges: ['two-tabs'], subject, report });
      expect(valid).toBe(false);
      const { found } = explorations[0]!;
      expect(found?.runs[0]).toMatchObject({ isConfirmed: true, backend: 'simulated' });
      const again = await replay(found!.runs[0]!.planFile!, { subject, backend: 'simulated', report });
      expect(again.valid).toBe(false);
    },
  );

  it('guarded holds, and all plans were tried and tested something', async () => {
    const ranges = ['one-tab', 'two-tabs', 'abandoned-generation'];
    const { valid, explorations } = await explore({ exhaustive: 1, ranges, subject: 'guarded', report });
    expect(
      explorations.map(({ untested, found, exhaustive }) => ({ untested, found, broken: exhaustive?.broken })),
    ).toEqual(ranges.map(() => ({ untested: 0, found: undefined, broken: 0 })));
    for (const { runs, exhaustive } of explorations) expect(runs).toBe(exhaustive?.plans);
    expect(valid).toBe(true);
  });

  it('an application of another table, without generations, has the bases that do not need them', async () => {
    const { explorations } = await explore({ exhaustive: 1, subject: inSimulation, report });
    expect(explorations.map(({ scenario }) => scenario)).toEqual(expect.arrayContaining(['one-tab', 'two-tabs-3']));
    expect(explorations.every(({ scenario }) => !scenario?.startsWith('abandoned'))).toBe(true);
    expect(explorations.every(({ exhaustive }) => exhaustive?.leftOut.some((what) => what.includes('no column')))).toBe(
      true,
    );
  });
});

describe('within two deviations of a scenario of a user', { timeout: 240_000 }, () => {
  it('guarded holds', async () => {
    const { valid, explorations } = await explore({ exhaustive: 2, ranges: [short], subject: 'guarded', report });
    const { runs, exhaustive, untested } = explorations[0]!;
    expect({ valid, untested, broken: exhaustive?.broken }).toEqual({ valid: true, untested: 0, broken: 0 });
    expect(runs).toBe(exhaustive?.plansOfAll);
    expect(runs).toBeGreaterThan(1_000);
  });

  it('legacy violates the property', async () => {
    const { valid } = await explore({ exhaustive: 2, ranges: [tiny], subject: 'legacy', report });
    expect(valid).toBe(false);
  });

  it('refuses more than a million plans that nobody has confirmed, before it tries them', async () => {
    const asked: number[] = [];
    const confirmPlans = async (plans: number): Promise<boolean> => asked.push(plans) === 0;
    const search = explore({ exhaustive: 2, ranges: [long], subject: 'guarded', report, confirmPlans });
    await expect(search).rejects.toMatchObject({ code: 'plans-too-many', exitCode: 64 });
    expect(asked[0]).toBeGreaterThan(1_000_000);
  });
});

it('refuses a base that tests nothing of the application', async () => {
  const blind = { ...inSimulation, readStatus: () => undefined };
  const search = explore({ exhaustive: 1, ranges: ['one-tab'], subject: blind, report });
  await expect(search).rejects.toMatchObject({ code: 'base-untested', exitCode: 64 });
});

it.each([
  [{ ranges: ['moon-phase'] }, 'base-unknown'],
  [{ ranges: [{ lagMsMax: 100 }] }, 'base-unknown'],
  [{ ranges: ['abandoned-generation'], subject: inSimulation }, 'base-unsupported'],
  [{ shard: { number: 3, of: 2 } }, 'shard-invalid'],
])('refuses %j', async (options, code) => {
  const search = explore({ exhaustive: 1, subject: 'guarded', report, ...options });
  await expect(search).rejects.toMatchObject({ code, exitCode: 64 });
});
