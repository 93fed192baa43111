/** Keys of other types, and applications that refuse to start, on PostgreSQL. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { defineSubject, modules, run, type DatabaseDefinition, type RoutesDefinition } from '../index.ts';

const project = mkdtempSync(join(tmpdir(), 'ratchet-keys-'));
symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(project, 'node_modules'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const CLIENT = `
import { createClient } from '@supabase/supabase-js';
export const client = () => createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SECRET_KEY!);
`;

const MIGRATION = `
create table public.books (name text primary key);
create table public.pages (
  book text not null references public.books, page bigint not null, percent real not null default 0, run integer not null default 0,
  primary key (book, page)
);
create table public.tickets (number bigint primary key, percent integer not null default 0);
`;

const PAGE = `
import { client } from '@/client';
const where = (query, { book, page }) => query.eq('book', book).eq('page', page);
export async function GET(_request, { params }) {
  const { data } = await where(client().from('pages').select('percent, run'), await params).single();
  return Response.json(data);
}
export async function POST(_request, { params }) {
  const key = await params;
  const { data } = await where(client().from('pages').select('run'), key).single();
  for (const percent of [0, 10, 85, 100]) {
    await new Promise((resolve) => setTimeout(resolve, 120));
    await where(client().from('pages').update({ percent, run: data.run + 1 }), key);
  }
  return new Response('done');
}
`;

const TICKET = `
import { client } from '@/client';
export async function GET(_request, { params }) {
  const { data } = await client().from('tickets').select('percent').eq('number', (await params).number).single();
  return Response.json(data);
}
export async function POST() {
  return new Response('the queue is full\\nat queue.ts:7', { status: 503 });
}
`;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}
write('client.ts', CLIENT);
write('supabase/migrations/1.sql', MIGRATION);
write('app/books/[book]/pages/[page]/route.js', PAGE);
write('src/app/tickets/[number]/route.js', TICKET);

async function runOf(database: DatabaseDefinition, routes: RoutesDefinition) {
  const subject = defineSubject({ app: modules(project), database, routes });
  const steps = [10, 100].map((progress) => ({ progress, after_ms: 10 }));
  const { runs } = await run({
    subject,
    report: join(project, 'reports'),
    scenarios: [
      {
        name: 'calm',
        summary: 'nothing goes wrong',
        parameters: {},
        plan: () => ({
          topology: { replicas: 0 },
          generations: [
            { worker: 'worker-1', story: 'story-1', steps },
            { worker: 'worker-2', story: 'story-2', steps },
          ],
          observers: [{ session: 'tab-1', story: 'story-1', every_ms: 50 }],
          properties: ['monotonic-view', 'monotonic-commits', 'integrity', 'convergence'],
        }),
      },
    ],
  });
  return runs[0]!;
}

describe('an application whose key', () => {
  it('has two columns, and refers to another table, is told by the names of the stories', async () => {
    const { history, valid, notes } = await runOf(
      {
        seed: () => ({ books: [{ name: 'Moby-Dick' }] }),
        table: 'pages',
        key: ['book', 'page'],
        keyOf: (story) => ({ book: 'Moby-Dick', page: BigInt(story.replace('story-', '')) }),
        progress: 'percent',
        generation: 'run',
      },
      { status: '/books/:book/pages/:page', start: '/books/:book/pages/:page' },
    );
    expect({ valid, notes }).toEqual({ valid: true, notes: [] });
    const keys = new Set(history.events.filter(({ key }) => key !== undefined).map(({ key }) => key));
    expect([...keys].sort()).toEqual(['story-1', 'story-2']);
    const started = history.events.filter(({ f, type }) => f === 'start' && type === 'ok');
    expect(started.map(({ value }) => value)).toEqual([
      { generation: 1, progress: 0 },
      { generation: 1, progress: 0 },
    ]);
  });

  it('is a bigint is asked for it, and says why it does not start', async () => {
    const { notes, history } = await runOf(
      { table: 'tickets', key: 'number', keyOf: 'bigint', progress: 'percent' },
      { status: '/tickets/:number', start: '/tickets/:number' },
    );
    expect(notes).toEqual([
      expect.stringMatching(/^worker-1 gave up: POST \/tickets\/\d+ answered 503: the queue is full$/),
      expect.stringMatching(/^worker-2 gave up: POST \/tickets\/\d+ answered 503: the queue is full$/),
    ]);
    const read = history.events.find(({ f, type }) => f === 'read' && type === 'ok');
    expect(read?.value).toEqual({ generation: 1, progress: 0 });
  });
});

describe('a route of modules', () => {
  const database: DatabaseDefinition = { table: 'tickets', key: 'number', keyOf: 'bigint', progress: 'percent' };

  it.each([
    ['/nowhere/:number', /the application has no module app\/nowhere\/\[number\]\/route or src\/app\/nowhere/],
    ['/tickets/:number', /src\/app\/tickets\/\[number\]\/route exports no function PATCH/],
  ])('%s that cannot be used is refused by name', async (path, message) => {
    const routes = { status: '/tickets/:number', start: { path, method: 'PATCH' } };
    await expect(runOf(database, routes)).rejects.toThrow(message);
  });
});
