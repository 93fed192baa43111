/** Tests of the client libraries of tabs, for any backend. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import type { FrontEnd } from '../port/subject.ts';
import { jobsSubject } from './jobs-app.test-support.ts';
import { runInput } from './run-input.test-support.ts';

const FRONT_END: FrontEnd = {
  query: (seen): Record<string, string> => (seen ? { seen: '1' } : {}),
  display: 'as-arrived',
};

interface PlayOptions {
  faults?: readonly object[];
  tabs?: number;
  channel?: string;
  every_ms?: number;
  steps?: readonly object[];
}

export function describeLibraries(backendName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'libraries-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function play(
    library: object,
    { faults = [], tabs = 1, channel = 'poll', every_ms = 20, steps: given }: PlayOptions = {},
  ): Promise<readonly HistoryEvent[]> {
    const seen = (progress: number) => ({ after: { f: 'show', session: 'tab-1', progress } });
    const start = { after: { f: 'commit', progress: 10 } };
    const input = {
      plan: 1,
      scenario: 'libraries',
      seed: 1,
      topology: { replicas: 0 },
      generations: [
        {
          worker: 'worker-1',
          story: 'job-1',
          steps: given ?? [
            { progress: 10, after_ms: channel === 'poll' ? 0 : 500 },
            { progress: 40, after_ms: 100, when: { ...seen(10), within_ms: 2_000 } },
            { progress: 85, after_ms: 100, when: { ...seen(40), within_ms: 4_000 } },
            { progress: 100, after_ms: 200 },
          ],
        },
      ],
      observers: Array.from({ length: tabs }, (_, at) => ({
        session: `tab-${at + 1}`,
        story: 'job-1',
        every_ms,
        start: channel === 'poll' ? start : { at_ms: 0 },
        channel,
        library,
      })),
      faults,
      properties: ['monotonic-view', 'convergence', 'integrity'],
    };
    const report = await runInput(input, { subject: jobsSubject(folder, FRONT_END), backendName, folder });
    expect(report.incomplete).toBeUndefined();
    expect(report.notes).toEqual([]);
    return report.history.events;
  }

  const shown = (events: readonly HistoryEvent[], session = 'tab-1'): number[] =>
    events.filter((event) => event.f === 'show' && event.session === session).map(progressOf);
  const steps = (numbers: readonly number[]): number[] => numbers.filter((number, at) => number !== numbers[at - 1]);

  describe(`client libraries on ${backendName}`, () => {
    it.each([{ name: 'query-core' }, { name: 'swr', dedupe_ms: 0 }])(
      '$name shows what its fetches read, and the end',
      async (library) => {
        const events = await play(library);
        expect(steps(shown(events)).filter((progress) => progress !== 85)).toEqual([10, 40, 100]);
        const show = events.find(({ f }) => f === 'show')!;
        expect(events[show['read'] as number]).toMatchObject({ f: 'read', type: 'ok', served_by: 'primary' });
      },
    );

    it('SWR sends no request so long after another one, whatever its interval is', async () => {
      const reads = (events: readonly HistoryEvent[]) =>
        events.filter(({ f, type }) => f === 'read' && type === 'invoke').length;
      const often = reads(await play({ name: 'swr', dedupe_ms: 0 }));
      expect(reads(await play({ name: 'swr', dedupe_ms: 60_000 }))).toBe(2);
      expect(often).toBeGreaterThan(4);
    });

    it.each([
      { name: 'query-core', persists: true, persist_ms: 0, stale_ms: 60_000 },
      { name: 'swr', persists: true, dedupe_ms: 0 },
    ])('$name shows at once what it has stored when the page is loaded again', async (library) => {
      const reload = {
        kind: 'tab-reload',
        session: 'tab-1',
        from: { after: { f: 'show', progress: 40 }, plus_ms: 50 },
      };
      const events = await play(library, { faults: [reload] });
      const restored = events.find(({ f }) => f === 'receive')!;
      expect(restored).toMatchObject({
        session: 'tab-1',
        value: { progress: 40 },
        served_by: expect.stringContaining('cache'),
      });
      expect(events[restored.index + 1]).toMatchObject({ f: 'show', value: { progress: 40 }, receive: restored.index });
    });

    it('a stored value can be older than the last one that was shown', async () => {
      const shows85 = { after: { f: 'show', progress: 85 } };
      const events = await play(
        { name: 'query-core', persists: true, persist_ms: 800 },
        {
          every_ms: 60_000,
          steps: [
            { progress: 10, after_ms: 0 },
            { progress: 85, after_ms: 1_200, when: { after: { f: 'show', progress: 10 } } },
            { progress: 100, after_ms: 200, when: { ...shows85, within_ms: 2_000 } },
          ],
          faults: [
            { kind: 'tab-refetch', session: 'tab-1', from: { after: { f: 'commit', progress: 85 } } },
            { kind: 'tab-reload', session: 'tab-1', from: shows85 },
          ],
        },
      );
      expect(steps(shown(events)).slice(0, 3)).toEqual([10, 85, 10]);
      const restored = events.find(({ f }) => f === 'receive');
      expect(restored).toMatchObject({ served_by: 'query cache', age_ms: expect.any(Number) });
    });

    it('tabs of one browser tell each other what they fetch', async () => {
      const events = await play({ name: 'query-core', broadcasts: true }, { tabs: 2 });
      const told = events.filter(({ f, session }) => f === 'receive' && session === 'tab-1');
      expect(told.length).toBeGreaterThan(0);
      expect(new Set(told.map(({ served_by: by }) => by))).toEqual(new Set(['tab-2']));
    });

    it.each([
      [{ name: 'query-core' }, 'stream', 'receive'],
      [{ name: 'query-core' }, 'poll+stream', 'receive'],
      [{ name: 'query-core' }, 'stream-then-refetch', 'read'],
      [{ name: 'swr', dedupe_ms: 0 }, 'stream', 'receive'],
      [{ name: 'swr', dedupe_ms: 0 }, 'stream-then-refetch', 'read'],
    ])('%j shows what comes by %s', async (library, channel, by) => {
      const events = await play(library, { channel });
      expect(shown(events).at(-1)).toBe(100);
      const shows = events.filter(({ f, value }) => f === 'show' && progressOf({ value }) > 10);
      expect(shows.some((show) => typeof show[by] === 'number')).toBe(true);
    });

    it.each([{ name: 'query-core' }, { name: 'swr' }])(
      '$name ends with a request that was sent when the last one had been answered',
      async (library) => {
        const late = { kind: 'http-delay', match: { actor: 'tab-1', at: 'edge', nth: 1 }, delay_ms: 400 };
        const events = await play(library, {
          faults: [late],
          steps: [
            { progress: 10, after_ms: 0 },
            { progress: 100, after_ms: 90 },
          ],
        });
        expect(steps(shown(events))).toEqual([10, 100]);
      },
    );

    it('a request that is cancelled ends as one whose answer nobody has seen', async () => {
      const late = { kind: 'http-delay', match: { actor: 'tab-1', at: 'edge', nth: 2 }, delay_ms: 300 };
      const cancel = {
        kind: 'tab-refetch',
        session: 'tab-1',
        how: 'cancel-and-refetch',
        from: { after: { f: 'commit', progress: 40 } },
      };
      const events = await play({ name: 'query-core' }, { faults: [late, cancel] });
      const read = events.find(({ f, type }) => f === 'read' && type === 'info')!;
      expect(read).toMatchObject({ session: 'tab-1', error: 'the page cancelled its request' });
      expect(shown(events).at(-1)).toBe(100);
    });
  });
}

function progressOf({ value }: Pick<HistoryEvent, 'value'>): number {
  return (value as ProgressValue).progress;
}
