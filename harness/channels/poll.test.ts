import { describe, expect, it } from 'vitest';
import { RequestLost } from '../errors.ts';
import type { Arrival, ChannelPlan, TabMemory } from '../port/channel.ts';
import type { ObservedProgress, SeenProgress } from '../port/subject.ts';
import { at, manualApp, type ManualRequest } from './manual-app.test-support.ts';
import { openPoll } from './poll.ts';

function setUp(overrides: Partial<ChannelPlan> = {}) {
  const app = manualApp();
  const received: { value?: ObservedProgress; failed?: string; arrival?: Arrival }[] = [];
  const thrown: unknown[] = [];
  let seen: SeenProgress | undefined;
  let looks = 0;
  const tab: TabMemory = {
    get seen() {
      return seen;
    },
    nextOrdinal: () => ++looks,
  };
  const plan: ChannelPlan = {
    session: 'tab-1',
    story: 's',
    every_ms: 50,
    polling: 'chained',
    expects: 'last-seen',
    ...overrides,
  };
  const poll = openPoll(plan, {
    ...app,
    tab,
    listener: {
      value(value, arrival) {
        seen = { greatest: value, greatestNumber: Math.max(seen?.greatestNumber ?? 0, value.progress) };
        received.push({ value, arrival });
      },
      failed: (reason) => received.push({ failed: reason }),
    },
    ask: (request, operation) => app.ask(request, operation, { story: 's', instance: 1 }),
    threw: (error) => void thrown.push(error),
  });
  return { ...app, poll, received, thrown };
}

describe('a channel that polls', () => {
  it('records the poll and its result, and passes the value with its event to the listener', async () => {
    const { recorder, requests, poll, received } = setUp();
    const look = poll.look();
    await requests[0]!.answer(at(10));
    await look;
    const read = { process: 'tab-1/poll', session: 'tab-1', f: 'read', key: 's' };
    expect(recorder.history.events).toMatchObject([
      { ...read, type: 'invoke' },
      { ...read, type: 'ok', value: { generation: 1, progress: 10 } },
    ]);
    expect(received).toEqual([{ value: at(10), arrival: { ordinal: 1, by: 'read', index: 1 } }]);
    expect(requests[0]!.operation).toBe('tab-1#1');
  });

  it('sends the query of the front end, which is without progress if the plan says so', async () => {
    for (const [expects, sent] of [
      ['last-seen', '40'],
      ['none', null],
    ] as const) {
      const { requests, poll, recorder } = setUp({ expects });
      for (const progress of [40, 10]) {
        const look = poll.look();
        await requests.at(-1)!.answer(at(progress));
        await look;
      }
      void poll.look();
      expect(requests.at(-1)!.url.searchParams.get('expectedProgress')).toBe(sent);
      expect(recorder.history.events.at(-1)!['query']).toEqual(sent === null ? undefined : { expectedProgress: sent });
    }
  });

  it.each<[string, (request: ManualRequest) => Promise<void>, string, number]>([
    ['an error status', (request) => request.answer({ error: 'x' }, 503), 'HTTP 503', 0],
    ['invalid JSON', (request) => request.resolve(new Response('{')), 'answer cannot be read: Expected property', 0],
    [
      'an answer that is not a response',
      (request) => request.resolve(undefined),
      'answer cannot be read: Cannot read',
      0,
    ],
    ['a lost request', (request) => request.fail(new RequestLost('the connection broke')), 'the connection broke', 0],
    ['an app that throws', (request) => request.fail(new Error('boom')), 'the status endpoint threw: boom', 1],
  ])('fails the read on %s and continues; it reports an app that threw', async (_, answer, error, threw) => {
    const { recorder, requests, poll, received, thrown } = setUp();
    const look = poll.look();
    await answer(requests[0]!);
    await look;
    expect(recorder.history.events.at(-1)).toMatchObject({ type: 'fail', error: expect.stringContaining(error) });
    expect(received).toEqual([{ failed: expect.stringContaining(error) }]);
    expect(thrown).toHaveLength(threw);
  });

  it('polls at fixed intervals, or waits for the response if polls are chained', async () => {
    for (const [polling, expected] of [
      ['interval', 3],
      ['chained', 1],
    ] as const) {
      const { clock, requests, poll } = setUp({ polling });
      void poll.run(new AbortController().signal);
      await clock.advance(120);
      expect(requests).toHaveLength(expected);
    }
  });

  it('waits for the polls in flight if it is stopped', async () => {
    const { clock, requests, poll } = setUp();
    const stop = new AbortController();
    let isOver = false;
    const polling = poll.run(stop.signal).then(() => (isOver = true));
    stop.abort();
    await clock.advance(100);
    expect(isOver).toBe(false);
    await requests[0]!.answer(at(10));
    await polling;
    expect(requests).toHaveLength(1);
  });

  it('ends the reads in flight in info if the page is gone, and ignores later responses', async () => {
    const { clock, recorder, requests, poll, received } = setUp({ polling: 'interval' });
    const polling = poll.run(new AbortController().signal);
    await clock.advance(60);
    await requests[0]!.answer(at(10));
    poll.close('the page was reloaded');
    expect(recorder.history.events.at(-1)).toMatchObject({
      process: 'tab-1/poll-2',
      session: 'tab-1',
      type: 'info',
      f: 'read',
      key: 's',
      error: 'the page was reloaded',
      attempts: 0,
    });
    const { length } = recorder.history.events;
    await requests[1]!.answer(at(40));
    await clock.advance(100);
    await polling;
    expect(recorder.history.events).toHaveLength(length);
    expect(received.map(({ value }) => value)).toEqual([at(10)]);
    expect(requests).toHaveLength(2);
  });

  it('does not use the process of a dropped read again', async () => {
    const { requests, poll, processes } = setUp();
    const look = poll.look();
    poll.close('the page was reloaded');
    await requests[0]!.answer(at(10));
    await look;
    expect(processes.take('tab-1/poll')).toBe('tab-1/poll-2');
  });
});
