/** An application whose jobs have a share that is done, for tests of the front ends before it. Its table is published. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FrontEnd, Subject } from '../port/subject.ts';
import { modulesSubject } from '../subject/modules.ts';

const APP = `
const at = () => process.env.SUPABASE_URL + '/rest/v1/jobs?select=id,share&id=eq.';
const headers = () => ({ apikey: process.env.SUPABASE_SECRET_KEY, 'content-type': 'application/json' });
export const status = async (request, id) => {
  const [job] = await fetch(at() + id, { headers: headers() }).then((response) => response.json());
  return Response.json({ share: job.share });
};
export async function generate(job) {
  job.started(1);
  for (const [index, share] of job.steps.entries()) {
    await job.work(index);
    await fetch(at() + job.story, { method: 'PATCH', headers: headers(), body: JSON.stringify({ share }) });
  }
}
`;

export function jobsSubject(folder: string, frontEnd: FrontEnd): Subject {
  mkdirSync(join(folder, 'migrations'), { recursive: true });
  writeFileSync(join(folder, 'app.ts'), APP);
  writeFileSync(
    join(folder, 'migrations/1.sql'),
    `create table public.jobs (id text primary key, share integer not null default 0);
     grant select on public.jobs to anon;
     alter publication supabase_realtime add table public.jobs;`,
  );
  const columns = { id: { type: 'text' }, share: { type: 'integer', notNull: true, default: 0 } } as const;
  return modulesSubject({
    name: 'jobs',
    root: pathToFileURL(`${folder}/`),
    tracked: { table: 'jobs', key: 'id', progress: 'share' },
    migrations: [join(folder, 'migrations')],
    simulation: { tables: { jobs: { columns, primaryKey: ['id'], isPublished: true } } },
    statusPath: (story) => `/jobs/${story}`,
    frontEnd,
    readStatus: (body) => ({ generation: 1, progress: (body as { share: number }).share }),
    open: (load) => load('app.ts'),
  });
}
