/** The settings of docs/SESSION.md, each in a whole subject, which is run in simulation. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { run } from '../harness/index.ts';
import type { HistoryEvent } from '../harness/history/event.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/SESSION.md'), 'utf8');
const snippets = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text.trim());

const FILES = {
  'supabase/migrations/1.sql': `
    create table public.videos (name text primary key, percent integer not null default 0, owner uuid not null references auth.users (id));
    alter table public.videos enable row level security;
    create policy "own videos" on public.videos for select to authenticated using (auth.uid() = owner);`,
  'app/videos/[name]/route.js': `
    import { createClient } from '@supabase/supabase-js';
    const auth = { persistSession: false };
    export async function GET(request, { params }) {
      const authorization = request.headers.get('authorization') ?? '';
      const { SUPABASE_URL: url, SUPABASE_ANON_KEY: key } = process.env;
      const client = createClient(url, key, { auth, global: { headers: authorization ? { authorization } : {} } });
      const { data } = await client.from('videos').select('percent').eq('name', (await params).name).maybeSingle();
      return data === null ? new Response('no such video', { status: 404 }) : Response.json(data);
    }
    export async function POST(_, { params }) {
      const client = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SECRET_KEY, { auth });
      for (const percent of [40, 100]) await client.from('videos').update({ percent }).eq('name', (await params).name);
      return new Response('done');
    }`,
};

const folder = mkdtempSync(join(tmpdir(), 'session-page-'));
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The reads of two tabs, by the first of whose user the story is owned. */
async function readsWith(fields: string): Promise<Record<string, readonly HistoryEvent[]>> {
  const subject = join(folder, `subject-${snippets.length}-${fields.length}.ts`);
  writeFileSync(
    subject,
    `import { defineSubject, modules } from ${JSON.stringify(join(root, 'harness/index.ts'))};
    const ANA = '6f1c3a9e-55a4-4c0e-8a8b-0d7f3f1f2a10';
    const BEN = '0d9b9a4e-0f5c-4d0a-9b39-5b8f6d1f7a22';
    export const subject = defineSubject({
      app: modules(import.meta.dirname),
      database: { table: 'videos', key: 'name', row: { owner: ANA }, progress: 'percent' },
      routes: { status: '/videos/:name', start: '/videos/:name' },
      ${fields}
    });`,
  );
  const plan = () => ({
    topology: { replicas: 0 },
    generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 10 }] }],
    observers: ['tab-1', 'tab-2'].map((session) => ({ session, story: 'story-1', every_ms: 20 })),
    properties: ['monotonic-view'],
    allows: ['observer-not-shown' as const],
  });
  const scenario = { name: 'two-tabs', summary: 'two users look', parameters: {}, plan };
  const { runs } = await run({
    subject,
    backend: 'simulated',
    scenarios: [scenario],
    report: join(folder, 'reports'),
  });
  const events = runs.flatMap(({ history }) => history.events);
  const reads = events.filter(({ f, type }) => f === 'read' && type !== 'invoke');
  return Object.fromEntries(['tab-1', 'tab-2'].map((tab) => [tab, reads.filter(({ session }) => session === tab)]));
}

const typesOf = (reads: readonly HistoryEvent[] = []): string[] => [...new Set(reads.map(({ type }) => type))];

it('the page shows a session, one for each tab, a policy of a model, and a given token', () => {
  expect(snippets.map((text) => text.slice(0, text.indexOf(':')))).toEqual([
    'session',
    'session',
    'policies',
    'session',
  ]);
});

it('one user is signed in, in every tab', async () => {
  const reads = await readsWith(snippets[0] ?? '');
  expect([typesOf(reads['tab-1']), typesOf(reads['tab-2'])]).toEqual([['ok'], ['ok']]);
});

it('each tab has its own user, who sees its own rows', async () => {
  const reads = await readsWith(snippets[1] ?? '');
  expect([typesOf(reads['tab-1']), typesOf(reads['tab-2'])]).toEqual([['ok'], ['fail']]);
});

it('the policy of a model does the same', async () => {
  const columns = `{ name: { type: 'text' }, percent: { type: 'integer', default: 0 }, owner: { type: 'text' } }`;
  const model = `{ tables: { videos: { columns: ${columns}, primaryKey: ['name'], ${snippets[2]} } } }`;
  const reads = await readsWith(`${snippets[1]}\nsimulation: ${model},`);
  expect([typesOf(reads['tab-1']), typesOf(reads['tab-2'])]).toEqual([['ok'], ['fail']]);
});

it('a given token is not needed where Ratchet signs one', async () => {
  const reads = await readsWith(snippets[3] ?? '');
  expect([typesOf(reads['tab-1']), typesOf(reads['tab-2'])]).toEqual([['ok'], ['ok']]);
});
