import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findRoutes } from './found-routes.ts';
import { keyField, rankStartRoutes, rankStatusRoutes, startMethod } from './route-choice.ts';
import type { TableChoice } from './table-choice.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-routes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const table: TableChoice = { table: 'jobs', key: 'id', keyOf: 'text', progress: 'done_percent', max: 100 };
let projects = 0;

function projectWith(files: Readonly<Record<string, string>>): string {
  const root = join(folder, String((projects += 1)));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

it('finds the routes of the app folder, with what they import', async () => {
  const root = projectWith({
    'tsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
    'src/lib/jobs.ts': `import { createClient } from '@supabase/supabase-js';
      export const job = (id: string) => createClient('', '').from('jobs').select('done_percent').eq('id', id);`,
    'src/app/(account)/api/users/[id]/route.ts': 'export const GET = () => new Response();',
    'src/app/api/jobs/[id]/route.tsx': `import { job } from '~/lib/jobs'; export { job }; export async function GET() { await job(''); }`,
    'src/app/api/jobs/[id]/rerun/route.ts': 'async function put() {} export { put as PUT };',
    'src/app/api/health/route.ts': 'export function GET() { not typescript',
  });
  const routes = await findRoutes(root);
  expect(routes.map(({ path, methods }) => [path, ...methods])).toEqual([
    ['/api/health', 'GET'],
    ['/api/jobs/:id', 'GET'],
    ['/api/jobs/:id/rerun', 'PUT'],
    ['/api/users/:id', 'GET'],
  ]);
  const status = rankStatusRoutes(routes, table);
  expect(status.map(({ path }) => path)).toEqual(['/api/jobs/:id', '/api/users/:id']);
  const [start] = rankStartRoutes(routes, table, status[0]);
  expect([start!.path, startMethod(start!), keyField(start!, table)]).toEqual([
    '/api/jobs/:id/rerun',
    'PUT',
    undefined,
  ]);
});

it('finds the handlers of pages/api and the field in which one expects the key', async () => {
  const root = projectWith({
    'pages/api/jobs/[jobId].js': `export default (request, response) => response.json({ done_percent: 1 });`,
    'pages/api/jobs/index.ts': `export default async (request, response) => {
      if (request.method !== 'POST') return response.status(405).end();
      const { jobId, quality } = request.body;
      await start(jobId);
    };`,
    'pages/api/types.d.ts': 'export {};',
  });
  const routes = await findRoutes(root);
  expect(routes.map(({ path, methods, router }) => [path, router, ...methods])).toEqual([
    ['/api/jobs', 'pages', 'POST'],
    ['/api/jobs/:jobId', 'pages', 'GET'],
  ]);
  const [start] = rankStartRoutes(routes, table, routes[1]);
  expect(keyField(start!, table)).toBe('jobId');
});

it('finds nothing in a folder without routes', async () => {
  expect(await findRoutes(projectWith({ 'package.json': '{}' }))).toEqual([]);
});
