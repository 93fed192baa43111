import { describe, expect, it } from 'vitest';
import { isRouteFile } from '../route-file.ts';
import { routeFiles, routePath } from './route-paths.ts';

describe('the path of a route', () => {
  it.each([
    ['/api/jobs/:id', 'a b', '/api/jobs/a%20b'],
    ['/api/jobs/:id/status?at=12:30', 7, '/api/jobs/7/status?at=12:30'],
    ['app/api/jobs/[id]/route.ts', 'x', '/api/jobs/x'],
    ['src/app/(site)/api/jobs/[jobId]/start/route.js', 'x', '/api/jobs/x/start'],
    ['apps/web/app/@modal/jobs/[...path]/route.tsx', 'x', '/jobs/x'],
    ['/api/status', 'x', '/api/status'],
  ])('of %s for the key %j is %s', (template, key, path) => {
    expect(routePath(template).pathFor(key)).toBe(path);
  });

  it('takes the columns of a composite key by their names', () => {
    const { pathFor, paramsFor } = routePath('app/api/[book]/pages/[page]/route.ts');
    expect(pathFor({ page: 7, book: 'a/b' })).toBe('/api/a%2Fb/pages/7');
    expect(paramsFor({ page: 7, book: 'a/b' })).toEqual({ book: 'a/b', page: '7' });
  });

  it.each([
    [
      '/api/:book/pages/:page',
      'x',
      'the route /api/:book/pages/:page needs a value for book, but the key has only one',
    ],
    ['/api/:id', { book: 'a' }, 'the route /api/:id needs a value for id, but the key has only book'],
  ])('of %s refuses the key %j', (template, key, message) => {
    expect(() => routePath(template).pathFor(key)).toThrow(message);
  });

  it('is refused if it is neither a path nor a file', () => {
    expect(() => routePath('api/jobs/:id')).toThrow('the route "api/jobs/:id" is neither a path nor a file of a route');
  });
});

it('a module of Next.js is found by the path that it serves', () => {
  expect(routeFiles('/api/jobs/:id')).toEqual(['app/api/jobs/[id]/route', 'src/app/api/jobs/[id]/route']);
  expect(['app/api/route.ts', 'route.js', '/api/route', 'app/my-route.ts'].map(isRouteFile)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
