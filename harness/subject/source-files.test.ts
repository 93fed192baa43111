import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { routesOf } from './routes.ts';
import { sourcesOf } from './source-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(folder, { recursive: true }));
const status = join(folder, 'src/app/api/orders/[id]');
mkdirSync(status, { recursive: true });
writeFileSync(join(status, 'route.ts'), '');

test('the file of a route is found by its path, with any extension that it can have', () => {
  expect(sourcesOf(routesOf({ status: '/api/orders/:id', start: '/api/orders/:id/start' }), folder)).toEqual({
    status: join(status, 'route.ts'),
  });
});

test('an application without these files has no sources', () => {
  expect(sourcesOf(routesOf({ status: () => '/status', start: '/start' }), folder)).toBeUndefined();
});
