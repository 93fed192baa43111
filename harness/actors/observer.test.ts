import { describe, expect, it } from 'vitest';
import { at, manualApp } from '../channels/manual-app.test-support.ts';
import { asColumns } from '../history/columns-builder.ts';
import { PlanSchema } from '../plan/plan.ts';
import type { FrontEnd, ObservedProgress } from '../port/subject.ts';
import { createObserver } from './observer.ts';

function setUp(overrides: Record<string, unknown> = {}, display: FrontEnd['display'] = 'as-arrived') {
  const app = manualApp(display);
  const plan = PlanSchema.shape.observers.element.parse({ session: 'tab-1', story: 's', every_ms: 50, ...overrides });
  const observer = createObserver(plan, app);
  const end = new AbortController();
  const watching = observer.watch(end.signal);
  const events = (f: string) => app.recorder.history.events.filter((event) => event.f === f);
  /** Answers the request of the next poll. */
  const answer = async (value: ObservedProgress): Promise<void> => {
    await app.requests.at(-1)!.answer(value);
    await app.clock.advance(50);
  };
  return {
    ...app,
    observer,
    watching,
    end: () => end.abort(),
    answer,
    events,
    shown: () => events('show').map((event) => (event.value as ObservedProgress).progress),
  };
}

const late = { start: { at_ms: 0 }, polling: 'interval' };

describe('an observer', () => {
  it('records the watch, the poll, its result, and the displayed value', async () => {
    const { recorder, requests } = setUp();
    await requests[0]!.answer(at(10));
    expect(recorder.history.events).toMatchObject([
      { process: 'tab-1', session: 'tab-1', type: 'ok', f: 'watch', key: 's', phase: 'begin', channel: 'poll' },
      { process: 'tab-1/poll', session: 'tab-1', type: 'invoke', f: 'read', key: 's' },
      { process: 'tab-1/poll', session: 'tab-1', type: 'ok', f: 'read', value: { generation: 1, progress: 10 } },
      { process: 'tab-1', session: 'tab-1', type: 'ok', f: 'show', value: { generation: 1, progress: 10 }, read: 2 },
    ]);
  });

  it('watches until the end of the run, which records no watch event, and has a final look', async () => {
    const { clock, requests, observer, watching, end, events, answer } = setUp();
    await answer(at(10));
    end();
    await requests[1]!.answer(at(40));
    await watching;
    const look = observer.look();
    await requests[2]!.answer(at(100));
    await look;
    await clock.advance(1_000);
    expect(events('watch')).toHaveLength(1);
    expect(events('show').map(({ value }) => value)).toEqual([at(10), at(40), at(100)]);
    expect(requests).toHaveLength(3);
  });

  it('uses the display policy of the plan, or else that of the front end', async () => {
    for (const [display, frontEnd, expected] of [
      ['subject', 'high-water', [85]],
      ['subject', 'as-arrived', [85, 10]],
      ['as-arrived', 'high-water', [85, 10]],
      ['high-water', 'as-arrived', [85]],
      ['subject', () => () => false, []],
    ] as const) {
      const { answer, shown } = setUp({ display }, frontEnd);
      for (const progress of [85, 10]) await answer(at(progress));
      expect(shown()).toEqual(expected);
    }
  });

  it('shows the progress that the policy of the front end returns, and remembers the received one', async () => {
    const rounded = () => (value: ObservedProgress) => ({ ...value, progress: Math.floor(value.progress / 50) * 50 });
    const { answer, shown, requests } = setUp({}, rounded);
    for (const progress of [49, 99]) await answer(at(progress));
    expect(shown()).toEqual([0, 50]);
    expect(requests.at(-1)!.url.searchParams.get('expectedProgress')).toBe('99');
  });

  it('passes the greatest received progress to the front end, by generation and as a number, shown or not', async () => {
    const { answer, subject, requests } = setUp({}, () => () => false);
    subject.frontEnd.query = (seen) => ({ seen: JSON.stringify(seen) });
    const sent = () => JSON.parse(requests.at(-1)!.url.searchParams.get('seen')!) as unknown;
    await answer(at(40));
    await answer(at(10));
    expect(sent()).toEqual({ greatest: at(40), greatestNumber: 40 });
    await answer(at(5, 2));
    expect(sent()).toEqual({ greatest: at(5, 2), greatestNumber: 40 });
  });

  it.each<[string, FrontEnd['display'], string]>([
    [
      'throws',
      () => () => {
        throw new Error('boom');
      },
      'Error: boom',
    ],
    ['returns nothing', () => () => undefined as never, 'it returned undefined for {"generation":1,"progress":10}'],
    [
      'returns no progress',
      () => () => ({ generation: 0, progress: 10 }),
      'it returned {"generation":0,"progress":10}',
    ],
    [
      'throws when it is created',
      () => {
        throw new Error('bang');
      },
      'Error: bang',
    ],
  ])('ends the run if the policy of the front end %s, and shows nothing', async (_, display, message) => {
    const { requests, shown, stopped } = setUp({}, display);
    await requests[0]!.answer(at(10));
    expect(shown()).toEqual([]);
    expect(stopped[0]).toMatchObject({ code: 'display-threw', exitCode: 2, message: expect.stringContaining(message) });
    expect(stopped).toHaveLength(1);
  });

  it('ends the run if the application throws instead of answering', async () => {
    const { requests, stopped } = setUp();
    await requests[0]!.fail(new Error('boom'));
    expect(stopped).toMatchObject([{ code: 'subject-threw', message: expect.stringContaining('asked by tab-1') }]);
  });

  it('sends its requests to the instance of the plan, and to another after a move, which keeps its state', async () => {
    const { answer, observer, requests, shown } = setUp({ instance: 2 }, 'high-water');
    await answer(at(40));
    observer.moveTo(3);
    await answer(at(10));
    await answer(at(60));
    expect(requests.map(({ target }) => target.instance)).toEqual([2, 2, 3, 3]);
    expect(requests.at(-1)!.url.searchParams.get('expectedProgress')).toBe('60');
    expect(shown()).toEqual([40, 60]);
  });

  it('loses with a reload what it has seen and shown', async () => {
    const { answer, observer, requests, shown, recorder } = setUp({}, 'high-water');
    await answer(at(85));
    expect(requests.at(-1)!.url.search).toBe('?expectedProgress=85');
    observer.reload();
    expect(requests.at(-1)!.url.search).toBe('');
    await answer(at(10));
    expect(shown()).toEqual([85, 10]);
    expect(new Set(recorder.history.events.map(({ session }) => session))).toEqual(new Set(['tab-1']));
  });

  it('drops a poll in flight when it reloads: the read ends in info and is never shown', async () => {
    const { requests, observer, shown, events, recorder, watching, end } = setUp();
    observer.reload();
    expect(requests).toHaveLength(2);
    await requests[0]!.answer(at(85));
    await requests[1]!.answer(at(10));
    expect(shown()).toEqual([10]);
    const ended = events('read').filter(({ type }) => type !== 'invoke');
    expect(ended).toMatchObject([
      { process: 'tab-1/poll', type: 'info', error: 'the page was reloaded' },
      { process: 'tab-1/poll-2', type: 'ok' },
    ]);
    expect(events('watch')).toHaveLength(1);
    end();
    await watching;
    expect(asColumns(recorder.history).length).toBe(recorder.history.events.length);
  });

  it('continues to number its requests after a reload', async () => {
    const { answer, observer, requests } = setUp();
    await answer(at(10));
    observer.reload();
    expect(requests.map(({ operation }) => operation)).toEqual(['tab-1#1', 'tab-1#2', 'tab-1#3']);
  });

  it('ends only after the polls of all its pages', async () => {
    const { requests, observer, watching, end } = setUp();
    let isOver = false;
    void watching.then(() => (isOver = true));
    observer.reload();
    end();
    await requests[0]!.answer(at(10));
    expect(isOver).toBe(false);
    await requests[1]!.answer(at(10));
    await watching;
  });

  it('records the end of the watch if the tab is closed, stops polling, and has no final look', async () => {
    const { clock, answer, observer, requests, events, watching, recorder } = setUp(late);
    await answer(at(40));
    observer.leave();
    await requests.at(-1)!.answer(at(85));
    await clock.advance(200);
    await watching;
    await observer.look();
    observer.reload();
    observer.leave();
    expect(events('watch').map(({ phase }) => phase)).toEqual(['begin', 'end']);
    expect(recorder.history.events.slice(-2)).toMatchObject([
      { f: 'read', type: 'info', error: 'the tab was closed' },
      { f: 'watch', phase: 'end' },
    ]);
    expect(requests).toHaveLength(2);
  });

  it('does nothing before it watches', async () => {
    const app = manualApp();
    const plan = PlanSchema.shape.observers.element.parse({ session: 'tab-1', story: 's', every_ms: 50 });
    const observer = createObserver(plan, app);
    observer.reload();
    observer.leave();
    await observer.look();
    expect(app.recorder.history.events).toEqual([]);
    expect(app.requests).toEqual([]);
  });
});
