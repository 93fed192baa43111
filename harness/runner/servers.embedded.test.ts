import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defineSubject } from '../define/define-subject.ts';
import type { HistoryEvent } from '../history/event.ts';
import type { Subject } from '../port/subject.ts';
import { command } from '../subject/command.ts';
import { runInput } from './run-input.test-support.ts';
import type { RunReport } from './execute.ts';

const OWNER = '6f1c3a9e-55a4-4c0e-8a8b-0d7f3f1f2a10';

/** With FORWARDS_BAGGAGE, it passes on only `baggage`, like a server with OpenTelemetry that is not Node. */
const SERVER = `
import { createServer } from 'node:http';
import { createClient } from '@supabase/supabase-js';
const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY, PORT, FORWARDS_BAGGAGE } = process.env;
const auth = { persistSession: false, autoRefreshToken: false };
const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
function client({ headers }, key, authorization) {
  const baggage = FORWARDS_BAGGAGE && headers.baggage ? { baggage: headers.baggage } : {};
  const sent = authorization ? { authorization, ...baggage } : baggage;
  return createClient(SUPABASE_URL, key, { auth, global: { headers: sent } });
}
async function generate(supabase, id) {
  for (const part of [0.4, 0.7, 1]) {
    await later(150);
    const change = { part, state: part === 1 ? 'done' : 'busy' };
    let { error } = await supabase.from('renders').update(change).eq('id', id);
    if (error) ({ error } = await supabase.from('renders').update(change).eq('id', id));
    if (error) console.error(error);
  }
}
createServer(async (request, response) => {
  const [, , id] = request.url.split('/');
  if (request.method === 'POST') {
    void generate(client(request, SUPABASE_SECRET_KEY), id);
    return response.writeHead(202).end('{}');
  }
  if (id === undefined) return response.writeHead(404).end();
  const supabase = client(request, SUPABASE_PUBLISHABLE_KEY, request.headers.authorization);
  const { data, error } = await supabase.from('renders').select('part, state').eq('id', id).maybeSingle();
  response.writeHead(error ? 500 : data ? 200 : 404).end(JSON.stringify(data ?? error));
}).listen(PORT, '127.0.0.1');
`;

const MIGRATION = `
create table public.renders (
  id uuid primary key, part numeric not null default 0, state text, owner uuid not null references auth.users (id)
);
alter table public.renders enable row level security;
create policy "own renders" on public.renders for select to authenticated using (auth.uid() = owner);
`;

const folder = mkdtempSync(join(tmpdir(), 'servers-'));

beforeAll(() => {
  mkdirSync(join(folder, 'supabase/migrations'), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(
    fileURLToPath(new URL('../../node_modules/@supabase', import.meta.url)),
    join(folder, 'node_modules/@supabase'),
  );
  writeFileSync(join(folder, 'server.mjs'), SERVER);
  writeFileSync(join(folder, 'supabase/migrations/1.sql'), MIGRATION);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function renders(line: [string, ...string[]]): Subject {
  return defineSubject({
    name: 'renders',
    app: command(line, { cwd: folder }),
    database: {
      table: 'renders',
      key: 'id',
      keyOf: 'uuid',
      row: { owner: OWNER },
      progress: { column: 'part', max: 1 },
      status: { column: 'state', completed: 'done' },
    },
    routes: { status: '/renders/:id', start: '/renders/:id' },
    session: (actor) => (actor === 'tab-2' ? undefined : { userId: OWNER }),
  });
}

async function play(subject: Subject): Promise<RunReport> {
  const input = {
    plan: 1,
    scenario: 'servers',
    seed: 1,
    topology: { replicas: 1 },
    generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 0 }] }],
    observers: ['tab-1', 'tab-2'].map((session) => ({ session, story: 'story-1', every_ms: 40 })),
    faults: [{ kind: 'http-error', match: { actor: 'worker-1', method: 'PATCH', nth: 2 }, status: 503 }],
    properties: ['monotonic-view', 'integrity'],
    // The second tab is not signed in, so it is shown nothing.
    allows: ['observer-not-shown'],
  };
  return runInput(input, { subject, backendName: 'embedded', folder });
}

function readsOf({ history }: RunReport, tab: string): HistoryEvent[] {
  return history.events.filter(({ f, type, session }) => f === 'read' && type !== 'invoke' && session === tab);
}

const node = process.execPath;

it.each<[what: string, line: [string, ...string[]]]>([
  ['a Node server', [node, 'server.mjs']],
  ['a server that passes on baggage', ['env', '-u', 'NODE_OPTIONS', 'FORWARDS_BAGGAGE=1', node, 'server.mjs']],
])(
  '%s is attributed: reads name their database, faults find their actor, and users see their rows',
  async (_what, line) => {
    const report = await play(renders(line));
    expect(report.incomplete).toBeUndefined();
    expect(report.notes).toEqual([]);
    expect(report.valid).toBe(true);
    const reads = readsOf(report, 'tab-1');
    expect(reads.at(-1)).toMatchObject({ type: 'ok', value: { progress: 100 }, served_by: 'replica-1' });
    for (const read of reads) expect(read).toMatchObject({ type: 'ok', served_by: 'replica-1', attempts: 1 });
    for (const read of readsOf(report, 'tab-2')) expect(String(read['error'])).toMatch(/^HTTP 404/);
    const faults = report.history.events.filter(({ f, process }) => f === 'fault' && process !== 'ratchet');
    expect(faults).toEqual([expect.objectContaining({ fault: 'http-error', actor: 'worker-1', method: 'PATCH' })]);
  },
);

it('a server that passes nothing on is not attributed, and the report says so', async () => {
  const report = await play(renders(['env', '-u', 'NODE_OPTIONS', node, 'server.mjs']));
  expect(report.notes).toEqual([
    expect.stringMatching(/^requests of the server are not attributed: none of \d+ named/),
  ]);
  expect(readsOf(report, 'tab-1')[0]).not.toHaveProperty('served_by');
  expect(report.history.events.filter(({ f, process }) => f === 'fault' && process !== 'ratchet')).toEqual([]);
  expect(report.valid).toBe('unknown');
});
