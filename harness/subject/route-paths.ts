/** Paths of the application's routes for a key: templates such as `/api/jobs/:id`, and files of Next.js routes. */
import { UsageError } from '../errors.ts';
import { isRouteFile, pathOfRouteFile } from '../route-file.ts';
import type { Key } from '../port/subject.ts';

/** The values of the dynamic parts of a path. */
export type RouteParams = Readonly<Record<string, string>>;

export interface RoutePath {
  /** The path and query for a key, percent-encoded. */
  pathFor(key: Key): string;
  /** By the names of the dynamic parts. */
  paramsFor(key: Key): RouteParams;
}

/**
 * @param template a path whose dynamic parts are `:name`, or the file of a Next.js route
 * @throws UsageError if it is neither
 */
export function routePath(template: string): RoutePath {
  const path = isRouteFile(template) ? pathOfRouteFile(template) : template;
  if (!path.startsWith('/')) throw notAPath(template);
  const names = [...path.matchAll(DYNAMIC_PART)].map(([, name = '']) => name);
  const isOnly = names.length === 1;
  const paramsFor = (key: Key): RouteParams =>
    Object.fromEntries(names.map((name) => [name, partOf(key, name, template, isOnly)]));
  return {
    paramsFor,
    pathFor(key) {
      const params = paramsFor(key);
      return path.replaceAll(DYNAMIC_PART, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    },
  };
}

/** Where the module of a path is in an application of Next.js, without extension. */
export function routeFiles(path: string): string[] {
  const folder = path.replaceAll(DYNAMIC_PART, '[$1]');
  return [`app${folder}/route`, `src/app${folder}/route`];
}

/** A dynamic part stands between slashes. A colon elsewhere, for example in a query, is itself. */
const DYNAMIC_PART = /(?<=\/):([A-Za-z_]\w*)/g;

function partOf(key: Key, name: string, template: string, isOnly: boolean): string {
  if (typeof key !== 'object' && isOnly) return String(key);
  if (typeof key !== 'object') throw noPart(template, name, 'one value');
  const value = key[name];
  if (value !== undefined) return String(value);
  throw noPart(template, name, Object.keys(key).join(', '));
}

function noPart(template: string, name: string, has: string): UsageError {
  return new UsageError(
    'subject-invalid',
    `the route ${template} needs a value for ${name}, but the key has only ${has}`,
    'name the dynamic parts like the columns of the key, or give a function that returns the path',
  );
}

function notAPath(template: string): UsageError {
  return new UsageError(
    'subject-invalid',
    `the route ${JSON.stringify(template)} is neither a path nor a file of a route`,
    'write it like /api/jobs/:id or app/api/jobs/[id]/route.ts',
  );
}
