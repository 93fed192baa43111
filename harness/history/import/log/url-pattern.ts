/** Patterns of URLs, which name parts of a path or of a query: `/api/stories/:story/status`, `/api/status?id=:story`. */

export interface UrlPattern {
  /** As it was written. */
  readonly text: string;
  /** The names that it captures. */
  readonly names: readonly string[];
  /** What it captures of a URL; `undefined` if the URL does not match. */
  match(url: string): Readonly<Record<string, string>> | undefined;
}

/** Matches the URL of every WebSocket. */
const WEBSOCKET = 'ws:';

/**
 * `:name` is one segment of the path, or the value of a parameter of the query, `*` is any segment. A pattern that begins with a
 * slash matches on every host. Parameters that the pattern does not name, and a slash at the end, do not matter.
 * @returns what is wrong, if it is not a pattern
 */
export function parseUrlPattern(text: string): UrlPattern | string {
  if (text === WEBSOCKET) return { text, names: [], match: (url: string) => (/^wss?:/i.test(url) ? {} : undefined) };
  const [, origin = '', path = '', query = ''] = parts.exec(text) ?? [];
  if (path === '') return 'must be a path such as /api/stories/:story/status, a whole URL, or ws:';
  const segments = segmentsOf(path);
  const parameters = [...new URLSearchParams(query)];
  const names = [...segments, ...parameters.map(([, value]) => value)].filter(isName).map((part) => part.slice(1));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return `has :${twice} twice`;
  return { text, names, match: (url: string) => matchUrl(url, origin, segments, parameters) };
}

/** Origin, path and query; without the fragment. */
const parts = /^([a-z][\w+.-]*:\/\/[^/?#]*)?(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/i;

function matchUrl(
  url: string,
  origin: string,
  segments: readonly string[],
  parameters: readonly (readonly [string, string])[],
): Record<string, string> | undefined {
  const [, actualOrigin = '', path = '', query = ''] = parts.exec(url) ?? [];
  const actual = segmentsOf(path);
  if (path === '' || actual.length !== segments.length) return undefined;
  if (origin !== '' && origin.toLowerCase() !== actualOrigin.toLowerCase()) return undefined;
  const captured: Record<string, string> = Object.create(null) as Record<string, string>;
  const isMatch = segments.every((segment, at) => matchPart(segment, decoded(actual[at] ?? ''), captured));
  if (!isMatch) return undefined;
  const given = parameters.length === 0 ? undefined : new URLSearchParams(query);
  const hasAll = parameters.every(([name, part]) => {
    const value = given?.get(name) ?? undefined;
    return value !== undefined && matchPart(part, value, captured);
  });
  return hasAll ? captured : undefined;
}

function matchPart(part: string, actual: string, captured: Record<string, string>): boolean {
  if (part === '*') return true;
  if (!isName(part)) return part === actual;
  captured[part.slice(1)] = actual;
  return actual !== '';
}

function isName(part: string): boolean {
  return /^:\w+$/.test(part);
}

function segmentsOf(path: string): string[] {
  return path.replace(/\/+$/, '').split('/').slice(1);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The parameters of the query of a URL, which may lack an origin. */
export function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1).replace(/#.*$/, ''));
}
