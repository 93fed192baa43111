/** Subjects that test nothing, through the command line, on any backend: none of them passes, and each is told its mistake. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root, runRatchet } from './ratchet.test-support.ts';

const MIGRATION = `
create table public.episodes (
  id uuid primary key,
  heard numeric not null default 0,
  phase text not null default 'queued'
);
create table public.drafts (id uuid primary key, heard numeric, phase text);
alter table public.episodes enable row level security;
alter table public.drafts enable row level security;
create policy readable on public.drafts for select to anon using (true);
`;

/** An application that transcribes episodes, by functions. */
const APP = `
const { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY } = process.env;
const base = MISTAKE === 'other database' ? 'http://127.0.0.1:9' : SUPABASE_URL;
const rows = (table, id) => base + '/rest/v1/' + table + '?id=eq.' + id;
const headers = (key) => ({ apikey: key, authorization: 'Bearer ' + key, 'content-type': 'application/json' });

export async function status(request, id) {
  if (MISTAKE === 'route') return Response.json({ error: 'no such page' }, { status: 404 });
  const key = MISTAKE === 'hidden row' ? SUPABASE_ANON_KEY : SUPABASE_SERVICE_ROLE_KEY;
  try {
    const answer = await fetch(rows('episodes', id), { headers: headers(key) });
    const [row] = await answer.json();
    return row ? Response.json(row) : Response.json({ error: 'no such episode' }, { status: 404 });
  } catch {
    return Response.json({ error: 'the database is away' }, { status: 500 });
  }
}

export async function transcribe(job) {
  job.started();
  if (MISTAKE === 'gives up') throw new Error('the queue is full');
  for (const [at, percent] of job.steps.entries()) {
    await job.work(at);
    const body = JSON.stringify({ heard: percent / 100, phase: percent === 100 ? 'ready' : 'busy' });
    const table = MISTAKE === 'no commits' ? 'drafts' : 'episodes';
    const sent = { method: 'PATCH', headers: headers(SUPABASE_SERVICE_ROLE_KEY), body };
    await fetch(rows(table, job.story), sent).catch(() => undefined);
  }
}
`;

interface Fields {
  database?: string;
  routes?: string;
}

const FUNCTIONS = `modules(import.meta.dirname, async (load) => {
  const app = await load('APP');
  return { status: app.status, generate: app.transcribe };
})`;

export interface Wrong extends Fields {
  /** The mistake of the application itself. */
  mistake?: string;
  /** By default, functions of the application. */
  app?: string;
  /** A plan to replay; by default, `lagging-replica` runs. */
  plan?: object;
  exit: 2 | 64;
  /** What the output says, in the order of its lines. */
  says: readonly RegExp[];
}

/** Without replicas, so that the application would hold. */
const CALM = {
  plan: 1,
  scenario: 'calm',
  seed: 1,
  topology: { replicas: 0 },
  generations: [
    { worker: 'worker-1', story: 'story-1', steps: [10, 100].map((progress) => ({ progress, after_ms: 50 })) },
  ],
  observers: [{ session: 'tab-1', story: 'story-1', every_ms: 20 }],
  properties: ['monotonic-view', 'convergence'],
};

const WRONG: Readonly<Record<string, Wrong>> = {
  'whose status route answers 404': {
    mistake: 'route',
    exit: 2,
    says: [
      /^\? .* nothing was tested: (\d+) of \1 polls of tab-1 answered 404: \{"error":"no such page"\}$/,
      /^ {2}\? monotonic-view, .*convergence {3}inconclusive$/,
      /^ {2}mistake: routes\.status: .* answered 404.* — correct the path/,
      /^ {2}stopped: nothing new happened for 5 s, and the run could not continue: worker-1 waited until /,
    ],
  },
  'without a module for its path': {
    app: 'modules(import.meta.dirname)',
    routes: '{ status: "/api/epsiodes/:id", start: "/api/episodes/:id/start" }',
    exit: 64,
    says: [/^ratchet: .*epsiodes/],
  },
  'whose reader finds nothing': {
    routes: '{ status: { path: "/api/episodes/:id", read: (body) => body.percent } }',
    exit: 2,
    says: [
      /^\? .* nothing was tested: (\d+) of \1 polls of tab-1 answered 200 without a progress: \{"id":/,
      /^ {2}mistake: routes\.status\.read: found no progress in .*"heard":0.*for example `read: \(body\) => body\.heard`/,
    ],
  },
  'with keys of another type': {
    database: 'keyOf: "text",',
    exit: 64,
    says: [/^ratchet: the row of story-1 was refused by the database: invalid input syntax for type uuid: "story-1"/],
  },
  'with other words for its status': {
    database: 'status: { column: "phase", completed: "done", failed: "broken" },',
    plan: CALM,
    exit: 2,
    says: [
      /^\? .* not everything was tested: story-1 was committed at 100% with the status "ready", which is neither/,
      /^ {2}mistake: database\.status: the generation stopped at 100% "ready" .* — give the words of phase/,
    ],
  },
  'whose worker gives up': {
    mistake: 'gives up',
    exit: 2,
    says: [
      /^\? .* nothing was tested: worker-1 gave up: the queue is full$/,
      /^ {2}mistake: routes\.start: worker-1 gave up: the queue is full — /,
    ],
  },
  'whose row is hidden by row-level security': {
    mistake: 'hidden row',
    exit: 2,
    says: [
      /^\? .* nothing was tested: (\d+) of \1 polls of tab-1 answered 404: \{"error":"no such episode"\}$/,
      /^ {2}mistake: database\.migrations: .* answered 200: \[\], although the row exists — row-level security hides it/,
    ],
  },
  'that commits nothing': {
    mistake: 'no commits',
    exit: 2,
    says: [
      /^\? .* nothing was tested: no row of episodes was written during the run$/,
      /^ {2}mistake: database\.table: .* although PATCH \/rest\/v1\/drafts/,
    ],
  },
  'under a fault that never applies': {
    plan: { ...CALM, faults: [{ kind: 'http-drop', match: { actor: 'worker-1', method: 'PATCH', nth: 9 } }] },
    exit: 2,
    says: [
      /^\? .* not everything was tested: a fault never applied, since no request matched it \(worker-1 sent \d+ PATCH\): http-drop: PATCH number 9/,
    ],
  },
};

interface Play {
  status: number | null;
  lines: string[];
}

interface Bench {
  folder: string;
  /** Writes a subject, and returns its file. */
  subject(name: string, wrong: Partial<Wrong>): string;
  /** Runs a command to its end. */
  ratchet(...args: string[]): Play;
}

/** A folder with an application and its migration, which is removed after the tests. */
export function prepareBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'wrong-subjects-'));
  mkdirSync(join(folder, 'supabase/migrations'), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/ratchet'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'supabase/migrations/1.sql'), MIGRATION);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    subject(name, { mistake = 'none', app = FUNCTIONS, database = '', routes = '{ status: "/api/episodes/:id" }' }) {
      const module = `app-${mistake.replaceAll(' ', '-')}.ts`;
      writeFileSync(join(folder, module), `const MISTAKE = '${mistake}';${APP}`);
      const file = join(folder, `${name.replaceAll(' ', '-')}.ts`);
      writeFileSync(
        file,
        `import { command, defineSubject, modules } from 'ratchet';
export const subject = defineSubject({
  name: 'episodes',
  app: ${app.replace('APP', module)},
  database: {
    migrations: 'supabase/migrations',
    table: 'episodes',
    key: 'id',
    keyOf: 'uuid',
    progress: { column: 'heard', max: 1 },
    status: { column: 'phase', completed: 'ready', failed: 'broken' },
    ${database}
  },
  routes: ${routes},
});`,
      );
      return file;
    },
    ratchet(...args) {
      const { status, stdout, stderr } = runRatchet([...args, '--report', join(folder, 'reports')]);
      return { status, lines: (stdout + stderr).split('\n') };
    },
  };
}

export function describeWrongSubjects(
  backend: string,
  { folder, subject, ratchet }: Bench,
  more: Readonly<Record<string, Wrong>> = {},
): void {
  function play(name: string, wrong: Partial<Wrong>): Play {
    const options = ['--subject', subject(name, wrong), '--backend', backend];
    if (wrong.plan === undefined) return ratchet('run', 'lagging-replica', ...options);
    const plan = join(folder, 'plan.json');
    writeFileSync(plan, JSON.stringify(wrong.plan));
    return ratchet('replay', plan, ...options);
  }

  describe(`a run on ${backend} of a subject`, () => {
    it('without a mistake is judged', () => {
      expect(play('right', { plan: CALM })).toMatchObject({ status: 0 });
    });

    it.each(Object.entries({ ...WRONG, ...more }))(
      '%s is not a pass, and says why',
      (name, { exit, says, ...wrong }) => {
        const { status, lines } = play(name, wrong);
        expect([status, ...lines]).toEqual(
          expect.arrayContaining([exit, ...says.map((each) => expect.stringMatching(each))]),
        );
      },
    );
  });
}
