/** Which route answers with the progress, and which one starts a generation: proposals, the most likely one first. */
import { camelCase } from '../camel-case.ts';
import type { FoundRoute } from './found-routes.ts';
import type { TableChoice } from './table-choice.ts';

const STATUS_WORD = /\b(status|progress|state|poll)\b/i;
const START_WORD = /\b(start|generate|generation|render|run|process|retry|begin|trigger|queue|execute|create)\b/i;
const DYNAMIC = /\/:\w+/;

/** Routes that answer GET for one row. */
export function rankStatusRoutes(routes: readonly FoundRoute[], table: TableChoice): FoundRoute[] {
  const answering = routes.filter(({ methods, path }) => methods.includes('GET') && DYNAMIC.test(path));
  return ranked(answering, ({ path, source }) => {
    const names = [table.progress, camelCase(table.progress)];
    return (
      (mentions(source, [table.table]) ? 4 : 0) +
      (mentions(source, names) ? 3 : 0) +
      (STATUS_WORD.test(path) ? 2 : 0) -
      (START_WORD.test(path) ? 1 : 0)
    );
  });
}

/** Routes that accept a request for work, those beside the status route first. */
export function rankStartRoutes(
  routes: readonly FoundRoute[],
  table: TableChoice,
  status: FoundRoute | undefined,
): FoundRoute[] {
  const accepting = routes.filter(({ methods }) => methods.some((method) => method !== 'GET' && method !== 'DELETE'));
  return ranked(accepting, ({ path, source }) => {
    return (
      (DYNAMIC.test(path) ? 4 : 0) +
      (mentions(source, [table.table]) ? 3 : 0) +
      (START_WORD.test(path) ? 3 : 0) +
      (mentions(source, [table.progress]) ? 1 : 0) +
      sharedParts(path, status?.path ?? '')
    );
  });
}

/** The method with which a route starts work. */
export function startMethod({ methods }: FoundRoute): string {
  return methods.includes('POST') ? 'POST' : (methods.find((method) => method !== 'GET') ?? 'POST');
}

/** The name of the field in which a route that has no key in its path expects it; `undefined` if its path has one. */
export function keyField({ path, source }: FoundRoute, { key }: TableChoice): string | undefined {
  if (DYNAMIC.test(path)) return undefined;
  const [, names = ''] = /\{([^{}]*)\}\s*=\s*(?:\(?await\s+\w+\.json\(\)|\w+\.body)/.exec(source) ?? [];
  const fields = names.split(',').map((field) => field.trim().split(':')[0]?.trim() ?? '');
  return fields.find((field) => field === key || /(^|_)id$|Id$/.test(field)) ?? key;
}

function ranked(routes: readonly FoundRoute[], score: (route: FoundRoute) => number): FoundRoute[] {
  const scored = routes.map((route) => ({ route, score: score(route) }));
  return scored.sort((a, b) => b.score - a.score).map(({ route }) => route);
}

function mentions(source: string, names: readonly string[]): boolean {
  return names.some((name) => new RegExp(`\\b${name.replaceAll(/\W/g, String.raw`\$&`)}\\b`).test(source));
}

function sharedParts(path: string, other: string): number {
  const parts = path.split('/');
  const others = other.split('/');
  const differing = parts.findIndex((part, at) => part !== others[at]);
  return Math.max(0, (differing === -1 ? parts.length : differing) - 1);
}
