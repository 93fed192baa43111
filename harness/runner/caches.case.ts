/** Tests of the caches of a plan, for any backend. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import type { Subject } from '../port/subject.ts';
import { modulesSubject } from '../subject/modules.ts';
import { runInput } from './run-input.test-support.ts';

/** Renders parcels, with tables, routes and words of its own; its route says nothing of caches. */
const APP = `
const at = () => process.env.SUPABASE_URL + '/rest/v1/parcels?select=id,share&id=eq.';
const headers = () => ({ apikey: process.env.SUPABASE_SECRET_KEY, 'content-type': 'application/json' });
export const status = async (request, id) => {
  const read = () => fetch(at() + id, { headers: headers() }).then((response) => response.json());
  const [[first], [second]] = [await read(), await read()];
  return Response.json({ first: first.share, second: second.share });
};
export async function generate(job) {
  job.started(1);
  for (const [index, share] of job.steps.entries()) {
    await job.work(index);
    await fetch(at() + job.story, { method: 'PATCH', headers: headers(), body: JSON.stringify({ share }) });
  }
}
`;

function parcels(folder: string): Subject {
  mkdirSync(join(folder, 'migrations'), { recursive: true });
  writeFileSync(join(folder, 'app.ts'), APP);
  writeFileSync(
    join(folder, 'migrations/1.sql'),
    'create table public.parcels (id text primary key, share integer not null default 0);',
  );
  const columns = { id: { type: 'text' }, share: { type: 'integer', notNull: true, default: 0 } } as const;
  return modulesSubject({
    name: 'parcels',
    root: pathToFileURL(`${folder}/`),
    tracked: { table: 'parcels', key: 'id', progress: 'share' },
    migrations: [join(folder, 'migrations')],
    simulation: { tables: { parcels: { columns, primaryKey: ['id'] } } },
    statusPath: (story) => `/parcels/${story}`,
    frontEnd: { query: (seen): Record<string, string> => (seen ? { seen: '1' } : {}), display: 'as-arrived' },
    readStatus: (body) => ({ generation: 1, progress: (body as { second: number }).second }),
    open: (load) => load('app.ts'),
  });
}

const answers = (number: number) => ({
  after: Array.from({ length: number }, () => ({ f: 'read', type: 'ok' }) as const),
});

export function describeCaches(backendName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'caches-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The progress is 40 after three answers, and 100 after six more. */
  async function play(caches: readonly object[], faults: readonly object[] = []): Promise<readonly HistoryEvent[]> {
    const steps = [
      { progress: 10, after_ms: 0 },
      { progress: 40, after_ms: 0, when: answers(3) },
      { progress: 100, after_ms: 0, when: answers(9) },
    ];
    const input = {
      plan: 1,
      scenario: 'caches',
      seed: 1,
      topology: { replicas: 0, instances: 1, caches },
      generations: [{ worker: 'worker-1', story: 'parcel-1', steps }],
      observers: [
        { session: 'tab-1', story: 'parcel-1', every_ms: 20, start: { after: { f: 'commit', progress: 10 } } },
      ],
      properties: ['monotonic-view'],
      faults,
    };
    const report = await runInput(input, { subject: parcels(folder), backendName, folder });
    expect(report.incomplete).toBeUndefined();
    return report.history.events;
  }

  const reads = (events: readonly HistoryEvent[]) =>
    events
      .filter(({ f, type }) => f === 'read' && type === 'ok')
      .map(({ value, served_by: by, age_ms: ageMs, attempts }) => ({
        progress: (value as ProgressValue).progress,
        by,
        ageMs,
        attempts,
      }));

  describe(`the caches of a plan on ${backendName}`, () => {
    it('a cache at the edge answers instead of the application, and the history says so', async () => {
      const all = reads(await play([{ at: 'edge', key: 'path', cache_control: 's-maxage=60' }]));
      expect(all[0]).toMatchObject({ progress: 10, by: 'primary', attempts: 2 });
      expect(all.length).toBeGreaterThan(5);
      for (const { ageMs, ...read } of all.slice(1)) {
        expect(read).toEqual({ progress: 10, by: 'edge cache', attempts: 0 });
        expect(ageMs).toBeGreaterThanOrEqual(0);
      }
    });

    it('a cache at the edge has an answer for each query, and each is fetched anew after a purge', async () => {
      const purge = { kind: 'cache-purge', cache: 'edge', from: answers(6) };
      const all = reads(await play([{ at: 'edge', cache_control: 's-maxage=60' }], [purge]));
      const fetched = all.filter(({ by }) => by === 'primary');
      expect(fetched.map(({ progress }) => progress)).toEqual([10, 10, 40]);
    });

    it('a browser keeps its answers when the page is loaded again', async () => {
      const reload = { kind: 'tab-reload', session: 'tab-1', from: answers(6) };
      const all = reads(await play([{ at: 'browser', cache_control: 'max-age=60' }], [reload]));
      expect(all.filter(({ by }) => by === 'primary')).toHaveLength(2);
      expect(all.at(-1)).toMatchObject({ progress: 10, by: 'browser cache' });
    });

    it('a cache of the framework answers the reads of the application', async () => {
      const all = reads(await play([{ at: 'app' }]));
      expect(all[0]).toMatchObject({ progress: 10, by: 'data cache', attempts: 2 });
      expect(all.at(-1)).toMatchObject({ progress: 10, by: 'data cache', attempts: 2 });
      const purge = { kind: 'cache-purge', cache: 'app', from: answers(6) };
      expect(reads(await play([{ at: 'app' }], [purge])).at(-1)).toMatchObject({ progress: 40, by: 'data cache' });
    });

    it('equal reads of one poll are sent once, if the framework deduplicates them', async () => {
      const all = reads(await play([{ at: 'app', caches: 'opted-in', deduplicates: true }]));
      expect(all[0]).toMatchObject({ progress: 10, by: 'primary', attempts: 1 });
      expect(all.at(-1)).toMatchObject({ progress: 100, by: 'primary', attempts: 1 });
    });
  });
}
