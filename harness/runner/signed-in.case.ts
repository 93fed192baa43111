/** Tests of signed-in users with an application of Next.js's shape, for any backend. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../history/event.ts';
import type { SessionChoice } from '../port/session.ts';
import type { Subject } from '../port/subject.ts';
import { modulesSubject } from '../subject/modules.ts';
import { runInput } from './run-input.test-support.ts';

const ANA = '6f1c3a9e-55a4-4c0e-8a8b-0d7f3f1f2a10';
const BEN = '0d9b9a4e-0f5c-4d0a-9b39-5b8f6d1f7a22';

const FILES: Readonly<Record<string, string>> = {
  'app/status.ts': `
    import { createServerClient } from '@supabase/ssr';
    import { cookies, headers } from 'next/headers';
    export async function GET(request, id) {
      const jar = await cookies();
      const supabase = createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY, {
        cookies: { getAll: () => jar.getAll(), setAll: (all) => all.forEach((each) => jar.set(each)) },
      });
      const { data: { user } } = await supabase.auth.getUser();
      if (user === null) return Response.json({ error: 'signed out' }, { status: 401 });
      const { data, error } = await supabase.from('videos').select('percent, owner').eq('name', id).maybeSingle();
      if (error) return Response.json(error, { status: 500 });
      if (data === null) return Response.json({ error: 'not found' }, { status: 404 });
      const own = { accept: (await headers()).get('authorization') === null, path: request.nextUrl.pathname };
      return Response.json({ ...data, ...own, user: user.id, size: request.cookies.size });
    }`,
  'lib/render.ts': `
    import { createClient } from '@supabase/supabase-js';
    export async function render(job) {
      const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SECRET_KEY);
      job.started(1);
      for (const [index, percent] of job.steps.entries()) {
        await job.work(index);
        const { error } = await supabase.from('videos').update({ percent }).eq('name', job.story);
        if (error) throw new Error(error.message);
      }
    }`,
  'migrations/1.sql': `
    create table public.videos (
      name text primary key, percent integer not null default 0,
      owner uuid not null references auth.users (id)
    );
    alter table public.videos enable row level security;
    create policy "own videos" on public.videos for select to authenticated using (auth.uid() = owner);`,
  'node_modules/next/package.json': '{ "name": "next", "version": "16.0.0" }',
};

function application(folder: string): void {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const packages = fileURLToPath(new URL('../../node_modules/@supabase', import.meta.url));
  symlinkSync(packages, join(folder, 'node_modules/@supabase'));
}

function videos(folder: string, session: SessionChoice): Subject {
  const columns = {
    name: { type: 'text' },
    percent: { type: 'integer', default: 0 },
    owner: { type: 'text' },
  } as const;
  return modulesSubject({
    name: 'videos',
    root: pathToFileURL(`${folder}/`),
    tracked: { table: 'videos', key: 'name', progress: 'percent' },
    migrations: [join(folder, 'migrations')],
    simulation: {
      tables: {
        videos: { columns, primaryKey: ['name'], policies: { select: ({ owner }, { sub }) => owner === sub } },
      },
    },
    session,
    storyRow: () => ({ owner: ANA }),
    readStatus: (body) => ({ generation: 1, progress: (body as { percent: number }).percent }),
    async open(load) {
      const { GET } = await load<{ GET(request: Request, id: string): Promise<Response> }>('app/status.ts');
      const { render } = await load<{ render(job: object): Promise<void> }>('lib/render.ts');
      return { status: GET, generate: render };
    },
  });
}

export function describeSignedIn(backendName: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'signed-in-'));
  application(folder);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function reads(session: SessionChoice): Promise<readonly HistoryEvent[]> {
    const input = {
      plan: 1,
      scenario: 'signed-in',
      seed: 1,
      topology: { replicas: 1 },
      generations: [
        {
          worker: 'worker-1',
          story: 'story-1',
          steps: [
            { progress: 40, after_ms: 100 },
            { progress: 100, after_ms: 100 },
          ],
        },
      ],
      observers: ['tab-1', 'tab-2'].map((tab) => ({ session: tab, story: 'story-1', every_ms: 20 })),
      properties: ['monotonic-view'],
      faults: [],
    };
    const report = await runInput(input, { subject: videos(folder, session), backendName, folder });
    expect(report.incomplete).toBeUndefined();
    expect(report.notes).toEqual([]);
    return report.history.events.filter(({ f, type }) => f === 'read' && type !== 'invoke');
  }

  const by = (events: readonly HistoryEvent[], tab: string): HistoryEvent[] =>
    events.filter(({ session }) => session === tab);

  describe(`a signed-in user on the backend ${backendName}`, () => {
    it('reads the rows of its own by its cookie, and another user does not', async () => {
      const events = await reads((tab) => ({ userId: tab === 'tab-2' ? BEN : ANA, sentAs: 'cookie' }));
      expect(by(events, 'tab-1').at(-1)).toMatchObject({ type: 'ok', value: { progress: 100 } });
      expect(by(events, 'tab-1').every(({ type }) => type === 'ok')).toBe(true);
      expect(by(events, 'tab-1')[0]).toMatchObject({ served_by: 'replica-1' });
      for (const event of by(events, 'tab-2'))
        expect(event).toMatchObject({ type: 'fail', error: expect.stringMatching(/^HTTP 404/) });
    });

    it('is nobody without a session', async () => {
      const events = await reads((actor) => (actor === 'worker-1' ? { userId: ANA } : undefined));
      for (const event of events) expect(String(event['error'])).toMatch(/^HTTP 401/);
    });
  });
}
