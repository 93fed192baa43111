import { afterEach, describe, expect, it } from 'vitest';
import { asArrived } from '../channels/display/as-arrived.ts';
import { highWater } from '../channels/display/high-water.ts';
import type { DisplayPolicy, Key, ObservedProgress } from '../port/subject.ts';
import { manualClock } from '../recording/virtual.test-support.ts';
import { Canary, type CanaryOptions } from './canary.ts';
import { readSettings, type SettingsInput } from './canary-settings.ts';
import type { CanaryState } from './canary-state.ts';
import type { CanarySummary } from './canary-tally.ts';
import type { PageEvents } from './subscribed-pages.ts';
import type { PollAnswer, PollOptions } from './watched-app.ts';

const value = (progress: number, generation = 1): ObservedProgress => ({ generation, progress });
const ok = (progress: number, generation = 1): PollAnswer => ({
  outcome: 'ok',
  value: value(progress, generation),
  evidence: {},
});
const failed = (retryAfterMs?: number): PollAnswer => ({ outcome: 'error', error: 'HTTP 503', retryAfterMs });

interface Polled extends PollOptions {
  path: string;
  /** Milliseconds. */
  at: number;
}

type Clock = ReturnType<typeof manualClock>;
const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

/** A canary of an application that is a function, in time that advances only on request. */
function watched(
  answer: (poll: Polled) => PollAnswer | Promise<PollAnswer>,
  input: SettingsInput = { keys: ['a'], sessions: 1 },
  more: Partial<CanaryOptions> & { clock?: Clock; durationMs?: number } = {},
) {
  const clock = more.clock ?? manualClock();
  const told: string[] = [];
  const polls: Polled[] = [];
  const metrics: unknown[] = [];
  const note = (...args: unknown[]): void => void metrics.push(args);
  let saved: CanaryState | undefined;
  const canary = new Canary({
    app: {
      pathOf: (key: Key) => `/things/${String(key)}`,
      async poll(path, options) {
        const poll = { path, at: clock.now() / 1e6, ...options };
        polls.push(poll);
        return answer(poll);
      },
      start: async () => undefined,
    },
    target: 'http://app.invalid',
    tracked: { table: 'things', key: 'id', progress: 'pct', generation: 'run' },
    display: asArrived as DisplayPolicy,
    reference: undefined,
    pages: undefined,
    settings: readSettings(undefined, input),
    before: undefined,
    date: () => new Date(clock.now() / 1e6),
    random: () => 0.5,
    metrics: {
      polled: (...args) => note('polled', ...args),
      stale: (...args) => note('stale', ...args),
      referenceRead: (...args) => note('referenceRead', ...args),
      reverted: (...args) => note('reverted', ...args),
      changed: () => note('changed'),
      subscriptions: (counts) => note('subscriptions', counts),
      open: (...args) => note('open', ...args),
      close: async () => undefined,
    },
    listener: {
      reverted: ({ sentence }) => told.push(sentence),
      recovered: ({ sentence }) => told.push(`over: ${sentence}`),
      answers: (what, error) => told.push(error === undefined ? `${what} again` : `${what}: ${error}`),
    },
    save: (state) => {
      saved = JSON.parse(JSON.stringify(state)) as CanaryState;
    },
    ...more,
    clock,
  });
  const stop = new AbortController();
  stops.push(() => stop.abort());
  const ended = canary.run(stop.signal, more.durationMs);
  const end = async (): Promise<CanarySummary> => {
    stop.abort();
    return ended;
  };
  return { clock, canary, told, polls, metrics, ended, end, saved: () => saved! };
}

describe('a canary', () => {
  it('tells a reversion and its end, counts both, and ends as violated', async () => {
    const values = [10, 85, 10, 20, 90];
    const { clock, told, metrics, end, saved } = watched(() => ok(values.shift() ?? 100));
    await clock.advance(20_000);
    expect(told).toEqual(['session-1 saw a go from 85% back to 10%', 'over: session-1 saw a go from 85% back to 10%']);
    const seen = metrics.filter(
      (each) => (each as unknown[])[0] === 'open' && (each as unknown[])[1] === 'monotonic-view',
    );
    expect(seen.map((each) => (each as unknown[])[2])).toEqual([0, 0, 1, 0]);
    expect(metrics).toContainEqual(['reverted', 'monotonic-view', 1]);
    const summary = await end();
    expect(summary).toMatchObject({ valid: false, reasons: ['1 reversion'], judged: 10, open: [] });
    expect(saved().reversions).toEqual({ 'monotonic-view': 1, 'monotonic-reads': 1, 'monotonic-commits': 0 });
  });

  it('saves a reversion before it is told: who was told may kill the canary at once', async () => {
    const values = [10, 85, 10];
    let saved = 0;
    const savedWhenTold: number[] = [];
    const { clock, end } = watched(() => ok(values.shift() ?? 10), undefined, {
      save: ({ reversions }) => void (saved = reversions['monotonic-view']),
      listener: {
        reverted: () => savedWhenTold.push(saved),
        recovered: () => undefined,
        answers: () => undefined,
      },
    });
    await clock.advance(20_000);
    await end();
    expect(savedWhenTold).toEqual([1]);
  });

  it('tells a reversion that cannot be saved', async () => {
    const values = [10, 85, 10];
    let canBeSaved = true;
    const { clock, told, ended } = watched(
      () => {
        canBeSaved = values.length > 1;
        return ok(values.shift() ?? 10);
      },
      undefined,
      {
        save() {
          if (!canBeSaved) throw new Error('disk full');
        },
      },
    );
    const failed = ended.catch((error: unknown) => error);
    await clock.advance(20_000);
    expect(await failed).toMatchObject({ message: 'disk full' });
    expect(told).toEqual(['session-1 saw a go from 85% back to 10%']);
  });

  it('holds for progress of several generations, keys and sessions', async () => {
    const { clock, told, polls, end } = watched(
      ({ at, path }) => ok((at / 100) % 100, 1 + Math.floor(at / 10_000) + (path.endsWith('b') ? 5 : 0)),
      { keys: ['a', 'b'], sessions: 3, requests_per_second_max: 100 },
    );
    await clock.advance(60_000);
    expect(await end()).toMatchObject({ valid: true, reasons: [] });
    expect(told).toEqual([]);
    expect(new Set(polls.map(({ session, path }) => session + path)).size).toBe(6);
    expect(polls.length).toBeGreaterThan(150);
  });

  it('is inconclusive if it was shown nothing', async () => {
    const { clock, told, end } = watched(() => failed());
    await clock.advance(10_000);
    expect(told).toEqual(['polls: HTTP 503']);
    expect(await end()).toMatchObject({ valid: 'unknown', reasons: ['no progress was shown'] });
  });

  it('sends what the session has seen, as the page would', async () => {
    const values = [40, 85, 10];
    const { clock, polls } = watched(() => ok(values.shift() ?? 90));
    await clock.advance(7_500);
    expect(polls.slice(0, 4).map(({ seen }) => seen?.greatest.progress)).toEqual([undefined, 40, 85, 85]);
  });

  it('judges what the page shows: an older answer that it hides breaks no promise', async () => {
    const values = [85, 10];
    const { clock, told, end } = watched(
      () => ok(values.shift() ?? 90),
      { keys: ['a'], sessions: 1 },
      { display: highWater },
    );
    await clock.advance(10_000);
    expect(told).toEqual([
      'session-1 was answered with a gone from 85% back to 10%',
      'over: session-1 was answered with a gone from 85% back to 10%',
    ]);
    expect(await end()).toMatchObject({ valid: true, reversions: { 'monotonic-view': 0, 'monotonic-reads': 1 } });
  });

  it('asks more rarely while the application fails, and tells it once', async () => {
    let isUp = false;
    const { clock, told, polls } = watched(() => (isUp ? ok(10) : failed()));
    await clock.advance(600_000);
    expect(polls.length).toBeLessThan(12);
    isUp = true;
    await clock.advance(600_000);
    expect(told).toEqual(['polls: HTTP 503', 'polls again']);
    expect(polls.length).toBeGreaterThan(140);
  });

  it('sends nothing for as long as the server asks for, by any session', async () => {
    let asked = false;
    const answer = (): PollAnswer => {
      if (asked) return ok(50);
      asked = true;
      return failed(60_000);
    };
    const { clock, polls } = watched(answer, { keys: ['a', 'b'], sessions: 4, requests_per_second_max: 2 });
    await clock.advance(50_000);
    const before = polls.length;
    expect(before).toBeLessThanOrEqual(3);
    await clock.advance(9_000);
    expect(polls.length).toBe(before);
    await clock.advance(20_000);
    expect(polls.length).toBeGreaterThan(before + 8);
  });

  it('never exceeds its rate', async () => {
    const { clock, polls } = watched(() => ok(50), {
      keys: ['a', 'b', 'c'],
      sessions: 10,
      every_ms: 100,
      requests_per_second_max: 5,
    });
    await clock.advance(60_000);
    expect(polls.length).toBeLessThanOrEqual(301);
    expect(polls.length).toBeGreaterThan(280);
  });

  it('goes on where it was after a restart: a view that is below stays open, and one that was not is remembered', async () => {
    const first = watched(({ path }) => ok(path.endsWith('a') ? (values.shift() ?? 10) : 85), {
      keys: ['a', 'b'],
      sessions: 1,
    });
    const values = [85, 10];
    await first.clock.advance(10_000);
    await first.end();
    const second = watched(
      ({ path }) => ok(path.endsWith('a') ? 10 : 40),
      { keys: ['a', 'b'], sessions: 1 },
      { before: first.saved() },
    );
    expect(second.canary.open.map(({ sentence }) => sentence)).toEqual(['session-1 saw a go from 85% back to 10%']);
    expect(second.metrics).toContainEqual(['reverted', 'monotonic-view', 1]);
    await second.clock.advance(5_000);
    expect(second.told).toEqual(['session-1 saw b go from 85% back to 40%']);
    expect(second.saved().reversions['monotonic-view']).toBe(2);
    expect((await second.end()).open).toHaveLength(2);
  });

  it('is violated by what is still open from before, even if nothing new happens', async () => {
    const values = [85, 10];
    const first = watched(() => ok(values.shift() ?? 10));
    await first.clock.advance(10_000);
    await first.end();
    const second = watched(() => ok(10), undefined, { before: first.saved() });
    await second.clock.advance(10_000);
    expect(await second.end()).toMatchObject({ valid: false, reasons: ['1 open from before'] });
  });

  it('ends by itself', async () => {
    const { clock, ended } = watched(() => ok(50), undefined, { durationMs: 5_000 });
    await clock.advance(5_000);
    expect(await ended).toMatchObject({ valid: true, durationMs: 5_000 });
  });

  it('can run for longer than a timer', async () => {
    const day = 86_400_000;
    let now = 0;
    const sleeps: number[] = [];
    const aborted = (signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    const clock: Clock = {
      ...manualClock(),
      now: () => now * 1e6,
      // Only the end of the run advances the time.
      async sleep(milliseconds, signal) {
        if (milliseconds < day) return aborted(signal);
        sleeps.push(milliseconds);
        now += milliseconds;
      },
    };
    const { ended } = watched(() => ok(50), undefined, { clock, durationMs: 40 * day });
    expect(await ended).toMatchObject({ durationMs: 40 * day });
    expect(Math.max(...sleeps)).toBeLessThan(2 ** 31);
  });

  it('takes new settings: new keys begin, others end and are forgotten, the rest is remembered', async () => {
    const { clock, canary, polls, told } = watched(({ path, at }) => ok(path.endsWith('a') && at > 10_000 ? 10 : 85));
    await clock.advance(10_000);
    canary.reload(readSettings(undefined, { keys: ['a', 'c'], sessions: 1 }));
    await clock.advance(10_000);
    expect(told).toEqual(['session-1 saw a go from 85% back to 10%']);
    canary.reload(readSettings(undefined, { keys: ['c'], sessions: 1 }));
    expect(canary.open).toEqual([]);
    const before = polls.filter(({ path }) => path.endsWith('a')).length;
    await clock.advance(10_000);
    expect(polls.filter(({ path }) => path.endsWith('a'))).toHaveLength(before);
    expect(polls.at(-1)?.path).toBe('/things/c');
  });

  it('ends with the error of a state that cannot be saved', async () => {
    let saves = 0;
    const save = (): void => {
      saves += 1;
      if (saves > 2) throw new Error('no space');
    };
    const { clock, ended } = watched(() => ok(50), undefined, { save });
    await Promise.all([expect(ended).rejects.toThrow('no space'), clock.advance(30_000)]);
  });
});

describe('the reference of a canary', () => {
  it('measures for how long an answer had been outdated, and bounds it', async () => {
    const reference = { read: async () => value(85), newest: async () => [] };
    const { clock, metrics, end } = watched(
      () => ok(10),
      { keys: ['a'], sessions: 1, max_staleness_ms: 5_000 },
      { reference },
    );
    await clock.advance(20_000);
    const seconds = metrics.flatMap((each) =>
      (each as unknown[])[0] === 'stale' ? [Number((each as unknown[])[1])] : [],
    );
    expect(seconds[0]).toBe(1);
    expect(Math.max(...seconds)).toBeGreaterThan(15);
    expect((await end()).reasons[0]).toMatch(/^an answer was \d+ ms stale, more than 5000 ms$/);
  });

  it('without one, an answer is outdated that another session had been given a newer one before', async () => {
    const { clock, end } = watched(({ session }) => ok(session === 'session-1' ? 85 : 10), {
      keys: ['a'],
      sessions: 2,
    });
    await clock.advance(20_000);
    const { stalenessMs, valid } = await end();
    expect(stalenessMs?.max).toBeGreaterThan(15_000);
    expect(valid).toBe(true);
  });

  it('tells that a committed progress is lost', async () => {
    const values = [40, 85, 10];
    const reference = { read: async () => value(values.shift() ?? 10), newest: async () => [] };
    const { clock, told, end } = watched(() => ok(10), undefined, { reference });
    await clock.advance(10_000);
    expect(told).toEqual(['the primary holds a gone from 85% back to 10%']);
    expect(await end()).toMatchObject({ valid: false, reversions: { 'monotonic-view': 0, 'monotonic-commits': 1 } });
  });

  it('finds the newest rows, and forgets those that no longer are', async () => {
    let newest: Key[] = ['x', 'y'];
    const reference = { read: async () => undefined, newest: async () => newest };
    const { clock, polls, saved } = watched(
      () => ok(50),
      { newest: { count: 2, by: 'created_at', every_ms: 10_000 }, sessions: 1 },
      { reference },
    );
    await clock.advance(9_000);
    expect(new Set(polls.map(({ path }) => path))).toEqual(new Set(['/things/x', '/things/y']));
    newest = ['z', 'y'];
    await clock.advance(30_000);
    expect(
      saved()
        .memory.tabs.map(({ key }) => key)
        .toSorted(),
    ).toEqual(['y', 'z']);
  });

  it('that fails is told, asked more rarely, and counted', async () => {
    const reference = {
      read: async () => {
        throw new Error('HTTP 500');
      },
      newest: async () => [],
    };
    const { clock, told, end } = watched(() => ok(50), undefined, { reference });
    await clock.advance(100_000);
    expect(told).toEqual(['reference reads: HTTP 500']);
    const { referenceReads, valid } = await end();
    expect(referenceReads.error).toBeLessThan(10);
    expect([referenceReads.ok, valid]).toEqual([0, true]);
  });
});

describe('a session that subscribes', () => {
  function pages(polls: boolean) {
    const opened: { channel: string; session: string; events: PageEvents; isOpen: boolean; isJoined: boolean }[] = [];
    const open: NonNullable<CanaryOptions['pages']>['open'] = (channel, { session }, events) => {
      const page = { channel, session, events, isOpen: true, isJoined: true };
      opened.push(page);
      return { polls, isJoined: () => page.isJoined, close: () => void (page.isOpen = false) };
    };
    return { opened, pages: { open } };
  }
  const input = (channel: SettingsInput['channel']): SettingsInput => ({ keys: ['a'], sessions: 1, channel });

  it('sees in one view what is pushed and what it polls: an answer of a replica that is behind is a reversion', async () => {
    const { opened, pages: all } = pages(true);
    const { clock, told, metrics, end } = watched(() => ok(10), input('poll+stream'), { pages: all });
    await clock.advance(2_000);
    opened[0]!.events.pushed(value(85));
    await clock.advance(3_000);
    opened[0]!.events.pushed(value(90));
    expect(told).toEqual(['session-1 saw a go from 85% back to 10%', 'over: session-1 saw a go from 85% back to 10%']);
    expect(metrics).toContainEqual(['changed']);
    const { changes, reversions } = await end();
    expect([changes, reversions]).toEqual([2, { 'monotonic-view': 1, 'monotonic-reads': 0, 'monotonic-commits': 0 }]);
    expect(opened.map(({ isOpen }) => isOpen)).toEqual([false]);
  });

  it('hides an older value that is pushed, if the page does, and sends what it has seen', async () => {
    const { opened, pages: all } = pages(true);
    const { clock, told, polls, end } = watched(() => ok(10), input('poll+stream'), { pages: all, display: highWater });
    await clock.advance(2_000);
    for (const progress of [85, 40]) opened[0]!.events.pushed(value(progress));
    await clock.advance(3_000);
    expect(polls.at(-1)!.seen?.greatest.progress).toBe(85);
    expect([told, (await end()).valid]).toEqual([[], true]);
  });

  it('polls no more than its page asks for, and once for all that wait for their turn', async () => {
    const { opened, pages: all } = pages(false);
    const { clock, polls, end } = watched(() => ok(10), input('stream-then-refetch'), { pages: all });
    await clock.advance(30_000);
    expect(polls).toEqual([]);
    for (let change = 0; change < 50; change += 1) void opened[0]!.events.refetch();
    await clock.advance(1_000);
    expect(polls.length).toBeLessThanOrEqual(2);
    void opened[0]!.events.refetch();
    await clock.advance(1_000);
    expect(polls.length).toBeGreaterThanOrEqual(2);
    expect((await end()).valid).toBe(true);
  });

  it('is told, and counted, while its subscription is not in effect', async () => {
    const { opened, pages: all } = pages(true);
    const { clock, told, metrics } = watched(() => ok(10), input('stream'), { pages: all });
    await clock.advance(20_000);
    expect(metrics).toContainEqual(['subscriptions', { joined: 1, broken: 0 }]);
    opened[0]!.isJoined = false;
    await clock.advance(40_000);
    expect(metrics).toContainEqual(['subscriptions', { joined: 0, broken: 1 }]);
    opened[0]!.isJoined = true;
    await clock.advance(20_000);
    expect(told).toEqual(['subscriptions: 1 of 1 are not in effect', 'subscriptions again']);
  });

  it('opens another page when its channel changes, and remembers what it saw', async () => {
    const { opened, pages: all } = pages(true);
    const { clock, canary, told } = watched(() => ok(10), input('poll+stream'), { pages: all });
    await clock.advance(1_000);
    opened[0]!.events.pushed(value(85));
    canary.reload(readSettings(undefined, input('stream')));
    await clock.advance(10_000);
    expect(opened.map(({ channel, isOpen }) => [channel, isOpen])).toEqual([
      ['poll+stream', false],
      ['stream', true],
    ]);
    expect(told).toEqual(['session-1 saw a go from 85% back to 10%']);
  });

  it('ends the canary if the display policy throws for what is pushed', async () => {
    const { opened, pages: all } = pages(false);
    const display: DisplayPolicy = () => () => {
      throw new Error('no display');
    };
    const { clock, ended } = watched(() => ok(10), input('stream'), { pages: all, display });
    const failure = ended.catch((error: unknown) => error);
    await clock.advance(2_000);
    opened[0]!.events.pushed(value(85));
    expect(await failure).toMatchObject({ code: 'display-threw' });
  });
});

it('starts a generation again and again, if it is told to', async () => {
  const clock = manualClock();
  const started: [Key, number][] = [];
  const app: CanaryOptions['app'] = {
    pathOf: String,
    poll: async () => ok(50),
    start: async (key) => void started.push([key, clock.now() / 1e6]),
  };
  const { end } = watched(() => ok(50), { start: { key: 'canary', every_ms: 60_000 }, sessions: 1 }, { app, clock });
  await clock.advance(150_000);
  expect(started.map(([key]) => key)).toEqual(['canary', 'canary', 'canary']);
  expect((await end()).valid).toBe(true);
});
