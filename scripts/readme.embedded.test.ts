/** The subject that the README shows is a whole file: it finds the reversion in an application that it describes. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'readme-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const STATUS = `
import { createClient } from '@supabase/supabase-js';
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SECRET_KEY!);
  const { data, error } = await supabase.from('render_jobs').select('pct, state').eq('id', id).single();
  return error ? Response.json(error, { status: 500 }) : Response.json(data);
}
`;

const START = `
import { render } from '@/lib/render';
export async function POST(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  void render((await params).id);
  return new Response(null, { status: 202 });
}
`;

const SERVICE = `
import { createClient } from '@supabase/supabase-js';
export async function render(id: string): Promise<void> {
  const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SECRET_KEY!);
  for (const pct of [0.1, 0.4, 0.85, 1]) {
    await new Promise((resolve) => setTimeout(resolve, pct === 1 ? 2_000 : 300));
    await supabase.from('render_jobs').update({ pct, state: pct === 1 ? 'done' : 'working' }).eq('id', id);
  }
}
`;

const MIGRATION = `
create table public.render_jobs (id uuid primary key, pct numeric not null default 0, state text not null default 'queued');
alter table public.render_jobs enable row level security;
`;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

it('the subject of the README finds the reversion in an application of its kind', () => {
  const [, example] = /```ts\n\/\/ ratchet\/subject\.ts\n(.*?)```/s.exec(
    readFileSync(join(root, 'README.md'), 'utf8'),
  )!;
  write('ratchet/subject.ts', example!.replace("'ratchet'", JSON.stringify(join(root, 'harness/index.ts'))));
  expect(example!.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  write('app/api/jobs/[id]/route.ts', STATUS);
  write('app/api/jobs/[id]/start/route.ts', START);
  write('lib/render.ts', SERVICE);
  write('supabase/migrations/1.sql', MIGRATION);
  write('package.json', '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  const args = ['run', 'lagging-replica', '--subject', './ratchet/subject.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/ratchet.js'), ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  expect(stdout, stderr).toContain('tab-1 saw story-1 go from 85% back to 10%');
  expect(status).toBe(1);
});
