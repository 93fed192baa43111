import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Subject } from '../port/subject.ts';
import { modulesSubject } from '../subject/modules.ts';
import type { RunReport } from './execute.ts';
import { runInput } from './run-input.test-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'run-limits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An application that prints posters, and whose status route has a manner. */
writeFileSync(
  join(folder, 'app.ts'),
  `
const url = (id) => process.env.SUPABASE_URL + '/rest/v1/posters?id=eq.' + id;
const headers = { apikey: process.env.SUPABASE_SECRET_KEY, 'content-type': 'application/json' };
const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const begun = Date.now();
const secondsSince = () => (Date.now() - begun) / 1_000;
const { MANNER } = process.env;
let cached;
async function row(id) {
  const [found] = await (await fetch(url(id), { headers })).json();
  return found;
}
const save = (id, pct) => fetch(url(id), { method: 'PATCH', headers, body: JSON.stringify({ pct }) });
export async function status(request, id) {
  if (MANNER === 'path') return new Response('no such page', { status: 404 });
  if (MANNER === 'errors' && secondsSince() < 4) return new Response('warming up', { status: 503 });
  if (MANNER === 'slow') await after(4_000);
  if (MANNER === 'cache') return Response.json((cached = secondsSince() < 15 ? (cached ?? (await row(id))) : await row(id)));
  return Response.json(await row(id));
}
export async function generate(job) {
  job.started(1);
  for (const [index, pct] of job.steps.entries()) {
    await job.work(index);
    if (MANNER === 'flush' && pct === 85) setTimeout(() => save(job.story, pct), 15_000).unref();
    else await save(job.story, pct);
  }
}
`,
);

const columns = { id: { type: 'text' }, pct: { type: 'integer', notNull: true, default: 0 } } as const;

function posters(manner: string): Subject {
  return modulesSubject({
    name: 'posters',
    root: pathToFileURL(`${folder}/`),
    tracked: { table: 'posters', key: 'id', progress: 'pct' },
    migrations: [],
    simulation: { tables: { posters: { columns, primaryKey: ['id'] } } },
    readStatus: (body) => ({ generation: 1, progress: (body as { pct: number }).pct }),
    variables: () => ({ MANNER: manner }),
    open: (load) => load('app.ts'),
  });
}

const SHOWN_85 = { after: { f: 'show', session: 'tab-1', progress: 85 } } as const;
const NEVER = { after: { f: 'show', session: 'tab-1', progress: 77 } } as const;

/** The worker writes its last progress when the tab has been shown 85%. */
function play(manner: string, more: object = {}, when: object = SHOWN_85): Promise<RunReport> {
  const steps = [
    { progress: 85, after_ms: 50 },
    { progress: 100, after_ms: 50, when },
  ];
  const input = {
    plan: 1,
    scenario: 'posters',
    seed: 1,
    topology: { replicas: 0 },
    generations: [{ worker: 'worker-1', story: 'poster-1', steps }],
    observers: [{ session: 'tab-1', story: 'poster-1', every_ms: 50 }],
    properties: ['monotonic-view', 'convergence'],
    ...more,
  };
  return runInput(input, { subject: posters(manner), backendName: 'simulated', folder });
}

/** In seconds of virtual time. */
function lengthOf({ history: { events } }: RunReport): number {
  return Math.round((events.at(-1)?.time ?? 0) / 1e9);
}

describe('a run in which everything waits for events that no longer occur', () => {
  it('ends after 5 s without an answer that has a progress, and is inconclusive for this reason', async () => {
    const report = await play('path');
    expect(report).toMatchObject({ valid: 'unknown', incomplete: { code: 'run-stalled' } });
    expect(report.incomplete?.message).toBe(
      'nothing new happened for 5 s, and the run could not continue: worker-1 waited until after tab-1 was shown 85%',
    );
    expect(report.untested).toEqual([
      expect.stringMatching(/^nothing was tested: (\d+) of \1 polls of tab-1 answered 404: no such page$/),
    ]);
    expect(lengthOf(report)).toBe(5);
  });

  it('ends after 20 s without a new answer, and names the faults that wait, too', async () => {
    const away = { kind: 'tab-reload', session: 'tab-1', from: NEVER } as const;
    const report = await play('none', { faults: [away] }, NEVER);
    expect(report).toMatchObject({ valid: 'unknown', incomplete: { code: 'run-stalled' } });
    expect(report.incomplete?.message).toMatch(
      /^nothing new .* worker-1 waited until after tab-1 was shown 77%; the fault "tab-1 is reloaded, after tab-1 was shown 77%"$/,
    );
    expect(lengthOf(report)).toBe(20);
  });

  it('ends if no tab watches, and one that waits for its start does not count', async () => {
    const observers = [{ session: 'tab-1', story: 'poster-1', every_ms: 50, start: NEVER }];
    const report = await play('none', { observers });
    expect(report.incomplete?.message).toMatch(
      /worker-1 waited until .*; tab-1 waited until after tab-1 was shown 77%$/,
    );
  });
});

describe('a run continues', () => {
  it.each([
    ['the status route needs 4 s for each answer', 'slow'],
    ['the status route answers with errors at first', 'errors'],
    ['the status route answers from a cache for 15 s', 'cache'],
    ['the application writes 15 s after its last work', 'flush'],
  ])('while %s', async (_, manner) => {
    expect(await play(manner)).toMatchObject({ valid: true, incomplete: undefined });
  });

  it('while a fault waits for its time', async () => {
    const faults = [{ kind: 'tab-reload', session: 'tab-1', from: { at_ms: 30_000 } }];
    const when = { after: { f: 'fault', fault: 'tab-reload', phase: 'end' } };
    expect(await play('none', { faults }, when)).toMatchObject({ valid: true, incomplete: undefined });
  });

  it('while a request is delayed, or an instance is down', async () => {
    const match = { actor: 'worker-1', method: 'PATCH', nth: 1 };
    const late = { kind: 'http-late', match, apply_after_ms: 30_000 };
    expect(await play('none', { faults: [late] })).toMatchObject({ valid: true, incomplete: undefined });
    const down = { kind: 'instance-restart', instance: 2, down_ms: 30_000, from: SHOWN_85 };
    const when = { after: { f: 'fault', fault: 'instance-restart', phase: 'end' } };
    const topology = { replicas: 0, instances: 2 };
    expect(await play('none', { topology, faults: [down] }, when)).toMatchObject({
      valid: true,
      incomplete: undefined,
    });
  });

  it('while another worker works, or a tab polls too rarely to tell', async () => {
    const steps = [{ progress: 100, after_ms: 30_000 }];
    const when = { after: { f: 'show', session: 'tab-2', progress: 100 } };
    const report = await play('none', {
      generations: [
        { worker: 'worker-1', story: 'poster-1', steps: [{ progress: 100, after_ms: 50, when }] },
        { worker: 'worker-2', story: 'poster-2', steps },
      ],
      observers: ['1', '2'].map((n) => ({ session: `tab-${n}`, story: `poster-${n}`, every_ms: 50 })),
    });
    expect(report).toMatchObject({ valid: true, incomplete: undefined });
    const observers = [{ session: 'tab-1', story: 'poster-1', every_ms: 25_000 }];
    expect(await play('none', { observers })).toMatchObject({ valid: true, incomplete: undefined });
  });
});
