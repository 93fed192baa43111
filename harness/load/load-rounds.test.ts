import { describe, expect, it } from 'vitest';
import { parsePlan, type Plan, type PlanInput } from '../plan/plan.ts';
import { LEAD_MS, roundsOf } from './load-rounds.ts';

function planWith(more: Partial<PlanInput> = {}): Plan {
  const plan: PlanInput = {
    plan: 1,
    scenario: 'a-scenario',
    seed: 1,
    topology: { replicas: 1 },
    generations: [
      {
        worker: 'worker-1',
        story: 'story-1',
        steps: [
          { progress: 10, after_ms: 100 },
          { progress: 100, after_ms: 100, when: { after: { f: 'show', session: 'tab-1', progress: 10 } } },
        ],
      },
    ],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
    faults: [
      {
        kind: 'lag',
        mode: 'exact',
        replica: 'replica-1',
        hold_at: { key: 'story-1', progress: 10 },
        until: { after: { f: 'read', process: 'tab-1/poll' } },
      },
      { kind: 'http-drop', match: { actor: 'worker-1', method: 'PATCH', nth: 2 } },
    ],
    properties: ['monotonic-view'],
    ...more,
  };
  return parsePlan(plan, 'a test');
}

describe('the rounds of a load', () => {
  const { plan, count, everyMs } = roundsOf(planWith(), LEAD_MS + 9_000);

  it('repeat the plan until the load is over, each with names of its own', () => {
    expect({ count, everyMs }).toEqual({ count: 3, everyMs: 3_000 });
    expect(plan.generations.map(({ worker, story }) => `${worker} ${story}`)).toEqual([
      'worker-1 story-1',
      'worker-1-r2 story-1-r2',
      'worker-1-r3 story-1-r3',
    ]);
    expect(plan.observers.map(({ session, story }) => `${session} ${story}`)).toEqual([
      'tab-1 story-1',
      'tab-1-r2 story-1-r2',
      'tab-1-r3 story-1-r3',
    ]);
  });

  it('begin one after the other', () => {
    expect(plan.observers.map(({ start }) => start)).toEqual([
      { at_ms: LEAD_MS },
      { at_ms: LEAD_MS + 3_000 },
      { at_ms: LEAD_MS + 6_000 },
    ]);
  });

  it('rename what moments and faults refer to, and count events from the start of their own tab', () => {
    const [, drop] = plan.faults.slice(2);
    expect(drop).toMatchObject({ match: { actor: 'worker-1-r2', nth: 2 } });
    expect(plan.faults[2]).toMatchObject({
      hold_at: { key: 'story-1-r2' },
      until: {
        after: [
          { f: 'watch', phase: 'begin', session: 'tab-1-r2' },
          { f: 'read', process: 'tab-1-r2/poll' },
        ],
      },
    });
  });

  it('end in time even if an event that they wait for does not come', () => {
    const ends = [1, 2, 3].map((round) => LEAD_MS + round * 3_000 - 150);
    const lags = plan.faults.filter(({ kind }) => kind === 'lag');
    expect(lags.map((fault) => (fault as { until: { within_ms: number } }).until.within_ms)).toEqual(ends);
    expect(plan.generations.map(({ steps }) => steps[1]?.when)).toMatchObject(ends.map((within_ms) => ({ within_ms })));
  });

  it('close their tabs, but those of the last one watch to the end', () => {
    const ends = [1, 2].map((round) => ({ at_ms: LEAD_MS + round * 3_000 - 150 }));
    expect(plan.observers.map(({ until }) => until)).toEqual([...ends, undefined]);
  });

  it('are one where the primary is lost', () => {
    const faults: Plan['faults'] = planWith({ faults: [{ kind: 'promotion', replica: 'replica-1' }] }).faults;
    expect(roundsOf(planWith({ faults }), 60_000).count).toBe(1);
  });

  it.each([
    ['shorter than a round', { loadMs: 1_000 }, /use --duration 4s or more/],
    ['longer than an hour', { loadMs: 3_600_000 }, /repeat it/],
    ['with overlapping rounds', { loadMs: 60_000, everyMs: 100 }, /use --round-every 1s or more/],
    ['with too many rounds', { loadMs: 3_000_000, everyMs: 1_000 }, /use --round-every 10s or more/],
  ])('refuse a load %s', (_, { loadMs, everyMs: every }: { loadMs: number; everyMs?: number }, what) => {
    expect(() => roundsOf(planWith(), loadMs, every)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(what) as string }),
    );
  });

  it('leave a fault that happens at one moment without an end', () => {
    const faults: PlanInput['faults'] = [{ kind: 'tab-reload', session: 'tab-1', from: { at_ms: 100 } }];
    const ends = roundsOf(planWith({ faults }), 30_000).plan.faults.map((fault) => 'until' in fault);
    expect(new Set(ends)).toEqual(new Set([false]));
  });
});
