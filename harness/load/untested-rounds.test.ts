import { describe, expect, it } from 'vitest';
import { asColumns } from '../history/columns-builder.ts';
import type { EventBody, HistoryEvent } from '../history/event.ts';
import { faultWithoutEffectMark, unusedFaultMark } from '../history/marks.ts';
import { parsePlan, type Plan } from '../plan/plan.ts';
import { LEAD_MS, roundsOf } from './load-rounds.ts';
import { untestedRounds } from './untested-rounds.ts';

const base: Plan = parsePlan(
  {
    plan: 1,
    scenario: 'a-scenario',
    seed: 1,
    topology: { replicas: 1 },
    generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 100 }] }],
    observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
    faults: [{ kind: 'lag', mode: 'paused', replica: 'replica-1' }],
    properties: ['monotonic-view'],
  },
  'a test',
);
const all = roundsOf(base, LEAD_MS + 6 * 3_000).plan;
const polled = { polls: 10, failed: 0, failures: [] };

/** A run in which every tab was shown a progress, with further events. */
function reasonsWith(more: readonly EventBody[], summary = polled, isShown = true): readonly string[] {
  const value = { generation: 1, progress: 100, status: 'completed' };
  const bodies: EventBody[] = [
    { process: 'db', type: 'ok', f: 'commit', key: 'story-1', value },
    ...(isShown ? all.observers : []).map(({ session, story: key }): EventBody => {
      return { process: session, session, type: 'ok', f: 'show', key, value };
    }),
    ...more,
  ];
  const events = bodies.map((body, index): HistoryEvent => ({ ...body, index, time: index }));
  return untestedRounds(asColumns({ header: { history: 1 }, events }), { base, all, summary })?.reasons ?? [];
}

describe('a load', () => {
  it('has tested its plan if the fault had an effect in one of the rounds', () => {
    expect(reasonsWith([])).toEqual([]);
    const missed = [0, 1, 2, 3, 4].map((round) => faultWithoutEffectMark(round, { polls: 1, reads: 0 }));
    expect(reasonsWith(missed)).toEqual([]);
  });

  it('has not if it had none in all of them', () => {
    const marks = [
      unusedFaultMark(0, undefined),
      ...[1, 2, 3, 4, 5].map((at) => faultWithoutEffectMark(at, { polls: 1, reads: 0 })),
    ];
    expect(reasonsWith(marks)).toEqual([
      'not everything was tested: in no round this fault of the plan had an effect: replica-1 pauses',
    ]);
  });

  it('has not if no poll of k6 was answered', () => {
    const summary = { polls: 5, failed: 5, failures: [{ reason: 'HTTP 503 down', count: 5 }] };
    expect(reasonsWith([], summary as unknown as typeof polled)).toEqual([
      'nothing was tested: none of 5 polls of k6 was answered with a progress: HTTP 503 down',
    ]);
  });

  it('gives a few reasons, however many rounds have one', () => {
    const reasons = reasonsWith([], polled, false);
    expect(reasons.length).toBe(4);
    expect(reasons.at(-1)).toBe('not everything was tested: 3 more reasons of other rounds');
  });
});
