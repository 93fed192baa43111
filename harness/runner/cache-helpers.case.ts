/** Tests of a page with @supabase-cache-helpers: it reads the API itself, and merges what is pushed into the cache of SWR. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useQuery, useSubscription } from '@supabase-cache-helpers/postgrest-swr';
import { SWRConfig } from 'swr';
import { afterAll, describe, expect, it } from 'vitest';
import { loadHeadlessReact } from '../channels/libraries/headless-react.ts';
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import type { OpenLivePage } from '../port/live-page.ts';
import { jobsSubject } from './jobs-app.test-support.ts';
import { runInput } from './run-input.test-support.ts';

interface Job {
  id: string;
  share: number;
}

/** @param refreshInterval milliseconds between two reads of the API; 0: only one, when the page is loaded */
const pageThatReads =
  (refreshInterval: number): OpenLivePage =>
  ({ supabase, changes, received }) => {
    const { react, mount } = loadHeadlessReact('this test');
    const id = changes.filter.split('=eq.')[1] ?? '';
    const Page = (): null => {
      const { data } = useQuery(supabase.from('jobs').select('id, share').eq('id', id).single(), { refreshInterval });
      useSubscription(supabase, `job:${id}`, changes, ['id']);
      react.useEffect(() => {
        if (data !== null && data !== undefined) received(data as Job & Record<string, unknown>, 'SWR cache');
      }, [data]);
      return null;
    };
    const value = { provider: () => new Map(), dedupingInterval: 0 };
    const mounted = mount(react.createElement(SWRConfig, { value }, react.createElement(Page)));
    return { close: () => mounted.unmount() };
  };

export function describeCacheHelpers(backendName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'cache-helpers-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function play(
    live: OpenLivePage,
    more: { topology: object; faults?: readonly object[] },
  ): Promise<{ events: readonly HistoryEvent[]; shown: number[] }> {
    const input = {
      plan: 1,
      scenario: 'cache-helpers',
      seed: 1,
      generations: [
        {
          worker: 'worker-1',
          story: 'job-1',
          steps: [
            { progress: 10, after_ms: 800 },
            { progress: 40, after_ms: 700 },
            { progress: 85, after_ms: 700 },
            { progress: 100, after_ms: 700 },
          ],
        },
      ],
      observers: [
        { session: 'tab-1', story: 'job-1', channel: 'stream', start: { at_ms: 0 }, every_ms: 5_000, settle_ms: 2_000 },
      ],
      ...more,
      properties: ['monotonic-view'],
    };
    const report = await runInput(input, {
      subject: jobsSubject(folder, { query: () => ({}), display: 'as-arrived', live }),
      backendName,
      folder,
    });
    expect(report.incomplete).toBeUndefined();
    const { events } = report.history;
    return {
      events,
      shown: events.filter(({ f }) => f === 'show').map(({ value }) => (value as ProgressValue).progress),
    };
  }

  describe(`@supabase-cache-helpers on ${backendName}`, () => {
    it('shows what it has read, and then what is pushed', async () => {
      const { events, shown } = await play(pageThatReads(0), { topology: { replicas: 0 } });
      expect(shown).toEqual([0, 10, 40, 85, 100]);
      expect(events.find(({ f }) => f === 'receive')!['served_by']).toBe('SWR cache');
    });

    it('goes back when it reads a late replica after a push', async () => {
      const lag = {
        kind: 'lag',
        replica: 'replica-1',
        mode: 'paused',
        from: { after: { f: 'commit', progress: 40 } },
        until: { after: { f: 'commit', progress: 100 } },
      };
      const { shown } = await play(pageThatReads(150), {
        topology: { replicas: 1, routing: 'get-to-replica' },
        faults: [lag],
      });
      expect(shown.indexOf(40, shown.indexOf(85))).toBeGreaterThan(0);
      expect(shown.at(-1)).toBe(100);
    });
  });
}
