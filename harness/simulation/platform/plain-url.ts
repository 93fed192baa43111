/** URLs that are plain already: the requests of an application go to few places, again and again. */
import { listOf, textOf } from './light-params.ts';

/** Nothing in it that the parser would change: no port, no fragment, nothing to be escaped. */
const PLAIN =
  /^(https?:|wss?:)\/\/((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*)(\/[\w!$%&'()*+,./:;=@~-]*)(\?[\w!$%&()*+,./:;=?@~[\]\\^`{|}-]*)?$/;
/** A path from the last folder of another URL. */
const RELATIVE = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;
/** Segments that lead elsewhere, and names in another script. */
const UNUSUAL = /\/\.|%2e|xn--/i;

/** What a URL is without its query, and the last URLs that it became with one. */
class Place {
  readonly protocol: string;
  readonly host: string;
  readonly pathname: string;
  #recent: PlainURL[] = [];

  constructor(protocol: string, host: string, pathname: string) {
    this.protocol = protocol;
    this.host = host;
    this.pathname = pathname;
  }

  withQuery(list: readonly string[]): PlainURL {
    for (const url of this.#recent) if (isSame(url.list, list)) return url;
    const query = textOf(list);
    const url = new PlainURL(this, query === '' ? '' : `?${query}`, list);
    if (this.#recent.length === RECENT_MAX) this.#recent = [];
    this.#recent.push(url);
    return url;
  }
}

/** Longer lists take longer to search than a query takes to write. */
const RECENT_MAX = 16;

/** The parts are those of the real URL. One that is made again, from a text or from its parts, is mostly the same one. */
export class PlainURL {
  readonly href: string;
  readonly protocol: string;
  readonly username = '';
  readonly password = '';
  readonly host: string;
  readonly hostname: string;
  readonly port = '';
  readonly pathname: string;
  readonly search: string;
  readonly hash = '';
  readonly #place: Place;
  #list: readonly string[] | undefined;

  /** @param search as it is written, which may be `?` alone */
  constructor(place: Place, search: string, list?: readonly string[]) {
    const { protocol, host, pathname } = place;
    this.href = `${protocol}//${host}${pathname}${search}`;
    this.protocol = protocol;
    this.host = host;
    this.hostname = host;
    this.pathname = pathname;
    this.search = search === '?' ? '' : search;
    this.#place = place;
    this.#list = list;
  }

  get origin(): string {
    return `${this.protocol}//${this.host}`;
  }

  /** Names and values of the query by turns. */
  get list(): readonly string[] {
    this.#list ??= listOf(this.search);
    return this.#list;
  }

  /** The same place with another query, which has these names and values by turns. */
  withQuery(list: readonly string[]): PlainURL {
    return this.#place.withQuery(list);
  }
}

const KNOWN_MAX = 1_000;
/** By their texts; `null` for those that are not plain. */
const known = new Map<string, PlainURL | null>();

/** What was written out last is mostly read next, where a request is made of it. */
let last: PlainURL | null = null;

export function writeOut(url: PlainURL): string {
  last = url;
  return url.href;
}

/** `null`: it is not plain. */
export function plainOf(text: string): PlainURL | null {
  if (last?.href === text) return last;
  let url = known.get(text);
  if (url === undefined) {
    const parts = UNUSUAL.test(text) ? null : PLAIN.exec(text);
    url = parts === null ? null : new PlainURL(new Place(parts[1]!, parts[2]!, parts[3]!), parts[4] ?? '');
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(text, url);
  }
  last = url;
  return url;
}

/** The same for a text that is relative to another URL. */
export function plainFrom(base: string, text: string): PlainURL | null {
  const folder = RELATIVE.test(text) ? plainOf(base) : null;
  if (folder === null) return null;
  const { protocol, host, pathname } = folder;
  return plainOf(`${protocol}//${host}${pathname.slice(0, pathname.lastIndexOf('/') + 1)}${text}`);
}

/** The same URL with another protocol, with or without its colon, or another path; `null`: it may not be plain. */
export function withPart({ href, protocol, host, pathname }: PlainURL, part: string, value: string): PlainURL | null {
  if (part === 'protocol') {
    const name = /^(https?|wss?):?$/.exec(value)?.[1];
    return name === undefined ? null : plainOf(`${name}:${href.slice(protocol.length)}`);
  }
  if (part !== 'pathname' || !value.startsWith('/') || value.includes('?')) return null;
  return plainOf(`${protocol}//${host}${value}${href.slice(protocol.length + 2 + host.length + pathname.length)}`);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = a.length - 1; at >= 0; at--) if (a[at] !== b[at]) return false;
  return true;
}
