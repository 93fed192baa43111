import { expect, test } from 'vitest';
import type { History, HistoryEvent, Value } from '../history/event.ts';
import { isTerminal } from '../history/order.ts';
import { disagreement, rank, slowOperations, slowSession, slowShown, slowStatus } from './brute-force.test-support.ts';
import type { CheckOptions } from './verdict.ts';

type End = Pick<HistoryEvent, 'index' | 'value'>;

test('convergence agrees with checking every value shown to each watching session or later reader', () => {
  const found = disagreement('convergence', (history, options) => {
    const ends = ['story-1', 'story-2']
      .map((key) => endOf(history, key))
      .filter((end) => end?.value !== undefined && isTerminal(end.value)) as End[];
    const isJudged = ends.some((end) => onlookers(history, end, history.events[end.index]?.key).length > 0);
    return isJudged ? ends.every((end) => converges(history, end, options)) : 'unknown';
  });
  expect(found).toBeUndefined();
});

function endOf(history: History, key: string): End | undefined {
  const commits = history.events.filter((event) => event.f === 'commit' && event.key === key);
  if (commits.length > 0) return commits.at(-1);
  return slowOperations(history)
    .filter((operation) => operation.f !== 'read' && operation.outcome === 'ok' && operation.key === key)
    .filter(({ value }) => value !== undefined)
    .map(({ end, value }) => ({ index: end, value }))
    .sort((a, b) => rank(a.value) - rank(b.value) || a.index - b.index)
    .at(-1);
}

function converges(history: History, end: End, options: CheckOptions): boolean {
  const { time, key } = history.events[end.index] as HistoryEvent;
  const deadline = options.convergeWithinMs === undefined ? Infinity : time + options.convergeWithinMs * 1e6;
  return onlookers(history, end, key).every((session) => {
    const shown = slowShown(history).filter((event) => event.key === key && slowSession(event) === session);
    const isFinal = (event: HistoryEvent | undefined): boolean => event !== undefined && isSame(event.value, end.value);
    return isFinal(shown.at(-1)) && shown.some((event) => isFinal(event) && event.time <= deadline);
  });
}

/** The sessions that must be shown the final value. */
function onlookers(history: History, end: End, key: unknown): unknown[] {
  if (!recordsWatches(history)) {
    return slowOperations(history)
      .filter((operation) => operation.f === 'read' && operation.key === key && operation.begin > end.index)
      .map(({ session }) => session);
  }
  const watches = history.events.filter((event) => event.f === 'watch' && event.key === key);
  return watches
    .map(slowSession)
    .filter((session) => watches.findLast((event) => slowSession(event) === session)?.phase === 'begin');
}

function isSame(shown: Value | undefined, end: Value | undefined): boolean {
  const statuses = [slowStatus(shown), slowStatus(end)].filter((status) => status !== undefined);
  return rank(shown) === rank(end) && new Set(statuses).size < 2;
}

function recordsWatches({ events }: History): boolean {
  return events.some(({ f }) => f === 'watch');
}
