import { expect, it } from 'vitest';
import type { HistoryEvent } from '../history/event.ts';
import { addCosts, costsOf, noSamples } from './run-costs.ts';

let events: HistoryEvent[] = [];

/** An event of a tab or of the database, at a time in milliseconds. */
function at(ms: number, event: Partial<HistoryEvent> & Pick<HistoryEvent, 'f' | 'type'>): void {
  events.push({ index: events.length, time: ms * 1e6, process: 'tab-1/poll', session: 'tab-1', key: 's', ...event });
}

function poll(fromMs: number, toMs: number, result: Record<string, unknown>): void {
  at(fromMs, { f: 'read', type: 'invoke' });
  at(toMs, { f: 'read', type: 'ok', ...result });
}

const commit = (ms: number, progress: number, generation = 1): void =>
  at(ms, { f: 'commit', type: 'ok', process: 'database', session: 'database', value: { generation, progress } });
const show = (ms: number, progress: number, generation = 1): void =>
  at(ms, { f: 'show', type: 'ok', process: 'tab-1', value: { generation, progress } });

function costs(): ReturnType<typeof costsOf> {
  const samples = noSamples();
  addCosts(samples, events);
  events = [];
  return costsOf(samples);
}

it('counts requests, latencies and the share of the primary over the answered polls', () => {
  poll(0, 2, { served_by: 'primary' });
  poll(10, 410, { served_by: 'replica-1', attempts: 3 });
  at(500, { f: 'read', type: 'invoke' });
  at(900, { f: 'read', type: 'info' });
  expect(costs()).toEqual({
    requestsPerPoll: 2,
    pollMs: { p50: 2, p99: 400 },
    answeredShare: 2 / 3,
    primaryShare: 0.5,
    behindMs: 0,
  });
});

it('measures the longest time for which a tab showed less than the database had', () => {
  poll(0, 1, {});
  commit(10, 10);
  show(30, 10);
  commit(100, 40);
  commit(200, 85);
  show(250, 40);
  show(400, 85);
  commit(500, 0, 2);
  show(520, 0, 2);
  expect(costs()?.behindMs).toBe(300);
});

it('an older commit, of another story or shown already, leaves a tab where it is', () => {
  poll(0, 1, {});
  commit(10, 85);
  show(20, 85);
  commit(30, 40);
  events.push({ ...events[1]!, index: events.length, time: 31e6, key: 'other', f: 'commit', value: { progress: 99 } });
  show(900, 85);
  expect(costs()?.behindMs).toBe(10);
});

it('a subject whose polls were never answered has no costs', () => {
  at(0, { f: 'read', type: 'invoke' });
  expect(costs()).toBeUndefined();
});
