import { describe, expect, it } from 'vitest';
import { PlanSchema } from '../plan/plan.ts';
import type { AppInstance, ObservedProgress, Subject } from '../port/subject.ts';
import { recordExchanges } from '../recording/exchanges.ts';
import { createObserver } from './observer.ts';
import { ProcessNames } from '../recording/recorder.ts';
import { manualClock, quietRecorder, settle } from '../recording/virtual.test-support.ts';

/** An app whose answers the test gives, in the order of the requests. */
function setUp(overrides: Record<string, unknown> = {}, display: 'as-arrived' | 'high-water' = 'as-arrived') {
  const clock = manualClock();
  const recorder = quietRecorder(clock);
  const requests: {
    url: URL;
    answer: (body: unknown, status?: number) => Promise<void>;
    resolve: (answer: unknown) => Promise<void>;
    fail: (error: Error) => Promise<void>;
  }[] = [];
  const instance: AppInstance = {
    generate: async () => undefined,
    status: (request) =>
      new Promise((resolve, reject) => {
        requests.push({
          url: new URL(request.url),
          answer: (body, status = 200) => (resolve(Response.json(body, { status })), settle()),
          resolve: (answer) => (resolve(answer as Response), settle()),
          fail: (error) => (reject(error), settle()),
        });
      }),
  };
  const subject = {
    frontEnd: {
      display,
      query: (seen) => (seen === undefined ? {} : { expectedProgress: String(seen.greatestNumber) }),
    },
    readStatus: (body) => body as ObservedProgress,
  } as Subject;
  const stopped: Error[] = [];
  const processes = new ProcessNames();
  const exchanges = recordExchanges(recorder, processes, { table: 't', key: 'id', progress: 'p' });
  const plan = PlanSchema.shape.observers.element.parse({ session: 'tab-1', story: 's', every_ms: 50, ...overrides });
  const observer = createObserver(plan, {
    clock,
    recorder,
    processes,
    exchanges,
    gatewayUrl: 'http://none.invalid',
    subject,
    instance,
    stop: (reason) => void stopped.push(reason),
  });
  const shown = () =>
    recorder.history.events
      .filter((event) => event.f === 'show')
      .map((event) => (event.value as ObservedProgress).progress);
  return { clock, recorder, requests, observer, shown, stopped };
}

const at = (progress: number, generation = 1) => ({ generation, progress });

describe('an observer', () => {
  it('records the poll, what it returned, and what was shown', async () => {
    const { recorder, requests, observer } = setUp();
    const poll = observer.pollOnce();
    await requests[0]!.answer(at(10));
    await poll;
    expect(recorder.history.events).toMatchObject([
      { process: 'tab-1/poll', session: 'tab-1', type: 'invoke', f: 'read', key: 's' },
      { process: 'tab-1/poll', session: 'tab-1', type: 'ok', f: 'read', value: { generation: 1, progress: 10 } },
      { process: 'tab-1', session: 'tab-1', type: 'ok', f: 'show', value: { generation: 1, progress: 10 }, read: 1 },
    ]);
  });

  it('sends the highest progress it has seen, unless the plan lets it expect nothing', async () => {
    for (const [expects, sent] of [
      ['last-seen', '40'],
      ['none', null],
    ] as const) {
      const { requests, observer } = setUp({ expects });
      for (const progress of [40, 10]) {
        const poll = observer.pollOnce();
        await requests.at(-1)!.answer(at(progress));
        await poll;
      }
      void observer.pollOnce();
      expect(requests.at(-1)!.url.searchParams.get('expectedProgress')).toBe(sent);
    }
  });

  it.each([
    ['an error status', (request: any) => request.answer({ error: 'x' }, 503), 'HTTP 503', 0],
    ['no JSON', (request: any) => request.resolve(new Response('{')), 'answer cannot be read: Expected property', 0],
    ['an answer that is none', (request: any) => request.resolve(undefined), 'answer cannot be read: Cannot read', 0],
    ['an app that throws', (request: any) => request.fail(new Error('boom')), 'the status endpoint threw: boom', 1],
  ])('fails the read on %s, shows nothing, and stops the run if the app threw', async (_, answer, error, stops) => {
    const { recorder, requests, observer, shown, stopped } = setUp();
    const poll = observer.pollOnce();
    await answer(requests[0]);
    await poll;
    expect(recorder.history.events.at(-1)).toMatchObject({ type: 'fail', error: expect.stringContaining(error) });
    expect(shown()).toEqual([]);
    expect(stopped).toHaveLength(stops);
  });

  it('shows responses as they arrive, or keeps to its high-water mark', async () => {
    for (const [display, expected] of [
      ['as-arrived', [85, 10, 5]],
      ['high-water', [85, 5]],
    ] as const) {
      const { requests, observer, shown } = setUp({ display });
      for (const value of [at(85), at(10), at(5, 2)]) {
        const poll = observer.pollOnce();
        await requests.at(-1)!.answer(value);
        await poll;
      }
      expect(shown()).toEqual(expected);
    }
  });

  it('with a high-water mark drops a response that a later request has overtaken', async () => {
    const { requests, observer, shown } = setUp({}, 'high-water');
    const polls = [observer.pollOnce(), observer.pollOnce()];
    await requests[1]!.answer(at(40));
    await requests[0]!.answer(at(40));
    await Promise.all(polls);
    expect(shown()).toEqual([40]);
  });

  it('polls on time when told to, and waits for the answer otherwise', async () => {
    for (const [polling, expected] of [
      ['interval', 3],
      ['chained', 1],
    ] as const) {
      const { clock, requests, observer } = setUp({ polling });
      void observer.pollUntil(new AbortController().signal);
      await clock.advance(120);
      expect(requests).toHaveLength(expected);
    }
  });

  it('waits for the polls in flight when it is stopped', async () => {
    const { clock, requests, observer } = setUp();
    const stop = new AbortController();
    let isOver = false;
    const polling = observer.pollUntil(stop.signal).then(() => (isOver = true));
    stop.abort();
    await clock.advance(100);
    expect(isOver).toBe(false);
    await requests[0]!.answer(at(10));
    await polling;
    expect(requests).toHaveLength(1);
  });
});
