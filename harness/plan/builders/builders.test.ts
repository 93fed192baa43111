import { describe, expect, expectTypeOf, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { parsePlan, type PlanInput } from '../plan.ts';
import { aReplica, aStory, aTab, after, at, began, committed, ended, fault, plan, type PlanParts } from './builders.ts';

const story = aStory('story-1');
const tab = aTab('tab-1');
const replica = aReplica(1);

function planWith(parts: Partial<PlanParts>) {
  return plan({ generations: [story.runs(10)], observers: [], properties: ['monotonic-view'], ...parts });
}

describe('a plan of builders', () => {
  it('equals the JSON that is written by hand', () => {
    const built = plan({
      replicas: 1,
      routing: 'sticky',
      stickyMs: 200,
      instances: 2,
      generations: [
        story.runs(10, { progress: 40, afterMs: 5, when: tab.sees(10) }, 100, { everyMs: 50 }),
        story.runs(10, { start: committed(story.at(40)).plus(20), instance: 2, outcome: 'abandoned' }),
      ],
      observers: [tab.polls(story, { everyMs: 50, start: at(10), expects: 'none' })],
      faults: [replica.holdsAt(story.at(10), { until: tab.answers(2) })],
      properties: ['monotonic-view', 'convergence'],
      convergeWithinMs: 500,
      watchOnMs: 300,
      runMsMax: 5_000,
    });
    const answer = { f: 'read', type: 'ok', session: 'tab-1' } as const;
    const byHand: Omit<PlanInput, 'plan' | 'scenario' | 'seed'> = {
      topology: { replicas: 1, routing: 'sticky', sticky_ms: 200, instances: 2 },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [
            { progress: 10, after_ms: 50 },
            { progress: 40, after_ms: 5, when: { after: { f: 'show', session: 'tab-1', progress: 10 } } },
            { progress: 100, after_ms: 50 },
          ],
        },
        {
          worker: 'worker-2',
          story: 'story-1',
          instance: 2,
          start: { after: { f: 'commit', key: 'story-1', generation: 1, progress: 40 }, plus_ms: 20 },
          steps: [{ progress: 10, after_ms: 100 }],
          outcome: 'abandoned',
        },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50, start: { at_ms: 10 }, expects: 'none' }],
      faults: [
        {
          kind: 'lag',
          mode: 'exact',
          replica: 'replica-1',
          hold_at: { key: 'story-1', generation: 1, progress: 10 },
          until: { after: [answer, answer] },
        },
      ],
      properties: ['monotonic-view', 'convergence'],
      bounds: { converge_within_ms: 500 },
      watch_on_ms: 300,
      run_ms_max: 5_000,
    };
    expect(built).toStrictEqual(byHand);
  });

  it('omits what is not given, so that the defaults of the JSON apply', () => {
    expect(planWith({})).toStrictEqual({
      topology: {},
      generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 10, after_ms: 100 }] }],
      observers: [],
      faults: [],
      properties: ['monotonic-view'],
    });
  });

  it('names workers by their position, and skips the names that are given', () => {
    const runs = [
      story.runs(10, { worker: 'worker-2' }),
      story.runs(20),
      story.runs(30, { worker: 'renderer' }),
      story.runs(40),
    ];
    expect(planWith({ generations: runs }).generations.map(({ worker }) => worker)).toEqual([
      'worker-2',
      'worker-3',
      'renderer',
      'worker-4',
    ]);
  });

  it('draws the duration of each step separately', () => {
    let drawn = 0;
    const { steps } = story.runs(10, { progress: 40, afterMs: 7 }, 85, { everyMs: () => (drawn += 10) });
    expect(steps.map((step) => step.after_ms)).toEqual([10, 7, 20]);
  });
});

describe('a moment', () => {
  it('is valid wherever the JSON expects a moment', () => {
    const input = { plan: 1, scenario: 'x', seed: 1, ...planWith({}), faults: [] } as PlanInput;
    input.generations[0]!.start = tab.sees(85).plus(10).within(5_000);
    expect(parsePlan(input, 'here').generations[0]!.start).toStrictEqual({
      after: { f: 'show', session: 'tab-1', progress: 85 },
      plus_ms: 10,
      within_ms: 5_000,
    });
  });

  it('can be reused: plus and within do not change it', () => {
    const seen = tab.sees(85);
    expect({ ...seen.plus(10).plus(20).within(5) }).toStrictEqual({ ...seen, plus_ms: 30, within_ms: 5 });
    expect({ ...seen }).toStrictEqual({ after: { f: 'show', session: 'tab-1', progress: 85 } });
  });

  it('can be a sequence of events', () => {
    const away = replica.leavesRotation({ until: tab.sees(85) });
    expect({ ...after(ended(away), tab.asks(), { f: 'show', progress: 5 }).plus(200) }).toStrictEqual({
      after: [
        { f: 'fault', fault: 'out-of-rotation', phase: 'end' },
        { f: 'read', type: 'invoke', session: 'tab-1' },
        { f: 'show', progress: 5 },
      ],
      plus_ms: 200,
    });
    expect(began('lag').after).toEqual({ f: 'fault', fault: 'lag', phase: 'begin' });
  });

  it('cannot have a delay between its events', () => {
    expect(() => after(tab.sees(85).plus(10), tab.asks())).toThrow(UsageError);
  });
});

describe('a fault', () => {
  it.each([
    [replica.pauses({ from: at(5) }), { kind: 'lag', mode: 'paused', replica: 'replica-1', from: { at_ms: 5 } }],
    [replica.lags({ delayMs: 200 }), { kind: 'lag', mode: 'timed', replica: 'replica-1', delay_ms: 200 }],
    [replica.leavesRotation(), { kind: 'out-of-rotation', replica: 'replica-1' }],
    [fault('promotion', { replica, down_ms: 300 }), { kind: 'promotion', replica: 'replica-1', down_ms: 300 }],
    [
      fault('http-route', { match: { actor: tab, nth: 2 }, to: replica }),
      { kind: 'http-route', match: { actor: 'tab-1', nth: 2 }, to: 'replica-1' },
    ],
    [
      fault('http-drop', { match: { actor: 'worker-1', method: 'PATCH' } }),
      { kind: 'http-drop', match: { actor: 'worker-1', method: 'PATCH' } },
    ],
  ])('%# equals the JSON that is written by hand', (built, byHand) => {
    expect(planWith({ faults: [built] }).faults).toStrictEqual([byHand]);
  });

  it('can refer to a run, which becomes the name of its worker', () => {
    const runs = [story.runs(10), story.runs(20)];
    const lost = fault('http-lose-response', { match: { actor: runs[1]!, method: 'PATCH', nth: 2 } });
    expect(planWith({ generations: runs, faults: [lost] }).faults).toEqual([
      { kind: 'http-lose-response', match: { actor: 'worker-2', method: 'PATCH', nth: 2 } },
    ]);
  });

  it('has the fields of its kind', () => {
    expectTypeOf(fault<'http-error'>)
      .parameter(1)
      .toHaveProperty('status');
    expectTypeOf(fault<'http-drop'>)
      .parameter(1)
      .not.toHaveProperty('status');
  });
});

describe('a mistake', () => {
  it('is reported if a run is listed twice', () => {
    const run = story.runs(10);
    expect(() => planWith({ generations: [run, run] })).toThrow('generations.1 is listed twice');
  });

  it('is reported if a fault refers to a generation that is not in the plan', () => {
    const lost = fault('http-drop', { match: { actor: story.runs(10) } });
    expect(() => planWith({ faults: [lost] })).toThrow('a fault refers to a generation that is not in the plan');
  });
});
