/** Runs in which a fault may apply without an effect, of an application that decides on its steps: for any backend. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defineSubject } from '../define/define-subject.ts';
import type { PlanInput } from '../plan/plan.ts';
import type { Subject } from '../port/subject.ts';
import { modules } from '../subject/modules.ts';
import type { RunReport } from './execute.ts';
import { runInput } from './run-input.test-support.ts';

const STATUS = `
export async function GET(request, { params }) {
  const { id } = await params;
  const headers = { apikey: process.env.SUPABASE_SECRET_KEY, 'content-type': 'application/json' };
  const rest = process.env.SUPABASE_URL + '/rest/v1/';
  const answer = BY_FUNCTION
    ? await fetch(rest + 'rpc/parcel_of', { method: 'POST', headers, body: JSON.stringify({ wanted: id }) })
    : await fetch(rest + 'parcels?id=eq.' + id, { headers });
  const [row] = await answer.json();
  return Response.json({ packed: row.packed });
}
`;

const START = `
export async function POST(request, { params }) {
  const { id } = await params;
  const headers = { apikey: process.env.SUPABASE_SECRET_KEY, 'content-type': 'application/json' };
  const url = process.env.SUPABASE_URL + '/rest/v1/parcels?id=eq.' + id;
  for (const packed of [5, 50, 90, 100]) {
    await new Promise((done) => setTimeout(done, 60));
    await fetch(url, { method: 'PATCH', headers, body: JSON.stringify({ packed }) });
  }
  return new Response(null, { status: 202 });
}
`;

const MIGRATION = `
create table public.parcels (id text primary key, packed integer not null default 0);
create function public.parcel_of(wanted text) returns setof public.parcels language sql
as $$ select * from public.parcels where id = wanted $$;
`;

export function describeFaultEffects(backendName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'effects-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function parcels(byFunction: boolean): Subject {
    const root = join(folder, byFunction ? 'by-function' : 'by-table');
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    write('supabase/migrations/1.sql', MIGRATION);
    write('app/parcels/[id]/route.js', STATUS.replace('BY_FUNCTION', String(byFunction)));
    write('app/parcels/[id]/start/route.js', START);
    write('package.json', '{ "type": "module" }');
    return defineSubject({
      app: modules(root),
      database: { table: 'parcels', key: 'id', progress: 'packed' },
      routes: { status: '/parcels/:id', start: '/parcels/:id/start' },
    });
  }

  /** The steps of the plan do not matter: the application takes its own. */
  async function play(more: Partial<PlanInput>, byFunction = false): Promise<RunReport> {
    const input = {
      plan: 1,
      scenario: 'effects',
      seed: 1,
      topology: { replicas: 1, routing: 'sticky', sticky_ms: 700 },
      generations: [{ worker: 'worker-1', story: 'parcel-7', steps: [{ progress: 100, after_ms: 0 }] }],
      observers: [{ session: 'tab-1', story: 'parcel-7', every_ms: 30 }],
      properties: ['monotonic-view', 'integrity'],
      ...more,
    };
    return runInput(input, { subject: parcels(byFunction), backendName, folder });
  }

  const behind = {
    kind: 'lag',
    mode: 'exact',
    replica: 'replica-1',
    hold_at: { key: 'parcel-7', progress: 10 },
  } as const;
  const whenDone = { after: { f: 'commit', key: 'parcel-7', progress: 90 }, plus_ms: 2_500 } as const;

  describe(`a fault that lasts, on ${backendName}`, () => {
    it('goes on after the last generation, until a read that the load balancer sends to the replica shows the lag', async () => {
      const { valid, untested } = await play({ faults: [{ ...behind, until: whenDone }] });
      expect({ valid, untested }).toEqual({ valid: false, untested: undefined });
    });

    it('makes the run inconclusive if every read in its time went to the primary', async () => {
      const { valid, untested } = await play({ faults: [behind] });
      expect({ valid, untested }).toEqual({
        valid: 'unknown',
        untested: [
          expect.stringMatching(
            /^not everything was tested: a fault had no effect, since none of \d+ reads for \d+ polls came to replica-1 while it was behind: replica-1 holds at 10% of parcel-7$/,
          ),
        ],
      });
    });

    it('makes the run inconclusive if no tab polls in its time', async () => {
      const observers = [{ session: 'tab-1', story: 'parcel-7', every_ms: 30, start: { at_ms: 50_000 } }];
      expect((await play({ faults: [behind], observers })).untested).toEqual([
        'not everything was tested: a fault had no effect, since no tab polled after a commit while it applied: replica-1 holds at 10% of parcel-7',
      ]);
    });

    it('may be avoided by an application that reads by a function, which the report notes', async () => {
      const { valid, untested, notes } = await play({ faults: [{ ...behind, until: whenDone }] }, true);
      expect({ valid, untested }).toEqual({ valid: true, untested: undefined });
      expect(notes).toEqual([
        expect.stringMatching(
          /^for \d+ polls, the application sent no read that replica-1 could answer: it avoided "replica-1 holds at 10% of parcel-7 until /,
        ),
      ]);
    });

    it('is not met by requests of another method, which the reason names', async () => {
      const late = { kind: 'http-drop', match: { actor: 'worker-1', method: 'POST', nth: 1 } } as const;
      expect((await play({ faults: [late] })).untested).toEqual([
        'not everything was tested: a fault never applied, since no request matched it (worker-1 sent 4 PATCH): http-drop: POST number 1 of worker-1',
      ]);
    });

    it('makes the run inconclusive if it is a window in which no request comes', async () => {
      const window = { kind: 'http-window', to: 'replica-1' } as const;
      expect((await play({ faults: [window], topology: { replicas: 1, routing: 'primary-only' } })).untested).toEqual([
        'not everything was tested: a fault had no effect, since no request met it: every request to replica-1 is refused',
      ]);
    });

    it('passes without an effect if the plan allows that', async () => {
      expect(await play({ faults: [behind], allows: ['fault-without-effect'] })).toMatchObject({ valid: true });
    });
  });
}
