/** Tests of the faults of tabs, instances and the edge, for any backend. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import type { PlanInput } from '../plan/plan.ts';
import type { Subject } from '../port/subject.ts';
import { modulesSubject } from '../subject/modules.ts';
import { runInput } from './run-input.test-support.ts';

/** Its progress is the number of polls that the instance has answered, which makes the instance's memory visible. */
const APP = `
let polls = 0;
const url = () => process.env.SUPABASE_URL + '/rest/v1/stories?id=eq.';
const headers = () => ({ apikey: process.env.SUPABASE_SECRET_KEY, 'content-type': 'application/json' });
export const status = async () => Response.json({ polls: ++polls });
export async function generate(job) {
  job.started(1);
  for (const [index, progress] of job.steps.entries()) {
    await job.work(index);
    await fetch(url() + job.story, { method: 'PATCH', headers: headers(), body: JSON.stringify({ progress }) });
  }
}
`;

function counter(folder: string): Subject {
  mkdirSync(join(folder, 'migrations'), { recursive: true });
  writeFileSync(join(folder, 'app.ts'), APP);
  writeFileSync(
    join(folder, 'migrations/1.sql'),
    'create table public.stories (id text primary key, progress integer not null default 0);',
  );
  const columns = { id: { type: 'text' }, progress: { type: 'integer', notNull: true, default: 0 } } as const;
  return modulesSubject({
    name: 'counter',
    description: 'shows how many polls an instance has answered',
    root: pathToFileURL(`${folder}/`),
    tracked: { table: 'stories', key: 'id', progress: 'progress' },
    migrations: [join(folder, 'migrations')],
    simulation: { tables: { stories: { columns, primaryKey: ['id'] } } },
    storyRow: () => ({}),
    frontEnd: { query: (seen): Record<string, string> => (seen ? { seen: '1' } : {}), display: 'as-arrived' },
    readStatus: (body) => ({ generation: 1, progress: (body as { polls: number }).polls }),
    open: (load) => load('app.ts'),
  });
}

const FIVE_POLLS = { after: Array.from({ length: 5 }, () => ({ f: 'read', type: 'ok' }) as const) };

export function describeParticipants(backendName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'participants-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function play(faults: readonly object[], more: Partial<PlanInput> = {}): Promise<readonly HistoryEvent[]> {
    const end = { after: [{ f: 'fault', phase: 'end' } as const, ...FIVE_POLLS.after] };
    const input = {
      plan: 1,
      scenario: 'participants',
      seed: 1,
      topology: { replicas: 0, instances: 2 },
      generations: [
        { worker: 'worker-1', story: 'story-1', instance: 2, steps: [{ progress: 100, after_ms: 0, when: end }] },
      ],
      observers: [{ session: 'tab-1', story: 'story-1', every_ms: 20 }],
      properties: ['monotonic-view'],
      ...more,
      faults,
    };
    const report = await runInput(input, { subject: counter(folder), backendName, folder });
    expect(report.incomplete).toBeUndefined();
    return report.history.events;
  }

  const shown = (events: readonly HistoryEvent[]): number[] =>
    events.filter(({ f }) => f === 'show').map(({ value }) => (value as ProgressValue).progress);
  const beginOf = (events: readonly HistoryEvent[]): number => events.find(({ f }) => f === 'fault')!.index;

  describe(`tabs and instances on ${backendName}`, () => {
    it('a tab that moves sees the memory of the other instance', async () => {
      const events = await play([{ kind: 'tab-move', session: 'tab-1', instance: 2, from: FIVE_POLLS }]);
      const counts = shown(events);
      const moved = counts.lastIndexOf(1);
      expect(counts.slice(0, moved)).toEqual(counts.slice(0, moved).map((_, at) => at + 1));
      expect(moved).toBeGreaterThanOrEqual(5);
    });

    it('an instance that restarts loses its memory, and refuses connections while it is down', async () => {
      const events = await play([{ kind: 'instance-restart', instance: 1, down_ms: 90, from: FIVE_POLLS }]);
      expect(shown(events).lastIndexOf(1)).toBeGreaterThanOrEqual(5);
      const refused = events.filter(({ f, type }) => f === 'read' && type === 'fail');
      expect(refused.length).toBeGreaterThan(0);
      expect(
        refused.every(
          (event) => event['error'] === 'the connection was refused' || event['error'] === 'the connection broke',
        ),
      ).toBe(true);
    });

    it('an instance that restarts does not finish its work', async () => {
      const steps = [10, 20, 30].map((progress) => ({ progress, after_ms: 40 }));
      const events = await play(
        [{ kind: 'instance-restart', instance: 2, from: { after: { f: 'commit', progress: 10 } } }],
        { generations: [{ worker: 'worker-1', story: 'story-1', instance: 2, steps }] },
      );
      const written = events.filter(({ f, type }) => f === 'commit' && type === 'ok');
      expect(written.map(({ value }) => (value as ProgressValue).progress)).toEqual([10]);
    });

    it('a tab that goes to another story watches that, and sends nothing of what it had seen', async () => {
      const observers = [
        { session: 'tab-1', story: 'story-1', every_ms: 20 },
        { session: 'tab-2', story: 'story-2', every_ms: 20 },
      ];
      const events = await play([{ kind: 'tab-navigate', session: 'tab-1', story: 'story-2', from: FIVE_POLLS }], {
        observers,
      });
      const own = events.filter(({ session }) => session === 'tab-1');
      expect(own.filter(({ f }) => f === 'watch').map(({ key, phase }) => [key, phase])).toEqual([
        ['story-1', 'begin'],
        ['story-1', 'end'],
        ['story-2', 'begin'],
      ]);
      const asked = own.filter(({ f, type }) => f === 'read' && type === 'invoke');
      const first = asked.find(({ index }) => index > beginOf(events))!;
      expect([first.key, first['query']]).toEqual(['story-2', undefined]);
      expect(asked.filter(({ key, index }) => key === 'story-1' && index > first.index)).toEqual([]);
    });

    it('a tab that is reloaded does not send what it had seen', async () => {
      const events = await play([{ kind: 'tab-reload', session: 'tab-1', from: FIVE_POLLS }]);
      const asked = events.filter(({ f, type }) => f === 'read' && type === 'invoke');
      const [before, after] = [
        asked.findLast(({ index }) => index < beginOf(events)),
        asked.find(({ index }) => index > beginOf(events)),
      ];
      expect([before!['query'], after!['query']]).toEqual([{ seen: '1' }, undefined]);
    });
  });

  describe(`the edge on ${backendName}`, () => {
    const match = { actor: 'tab-1', at: 'edge', nth: 3 } as const;
    const steps = [{ progress: 100, after_ms: 600 }];
    const generations = [{ worker: 'worker-1', story: 'story-1', instance: 2, steps }];

    it('a delayed answer is overtaken by the next', async () => {
      const observers = [{ session: 'tab-1', story: 'story-1', every_ms: 60, polling: 'interval' as const }];
      const events = await play([{ kind: 'http-delay', match, delay_ms: 200 }], { generations, observers });
      const counts = shown(events);
      expect(counts.indexOf(3)).toBeGreaterThan(counts.indexOf(4));
      expect(events.find(({ f }) => f === 'fault')).toMatchObject({ fault: 'http-delay', at: 'edge', actor: 'tab-1' });
    });

    it('a dropped request never reaches the application', async () => {
      const events = await play([{ kind: 'http-drop', match }], { generations });
      expect(events.filter(({ f, type }) => f === 'read' && type === 'fail')).toHaveLength(1);
      const counts = shown(events);
      expect(counts).toEqual(counts.map((_, at) => at + 1));
    });
  });
}
