/** `URL` without the parser's cost for those that are plain already; any other is a real one. */
import { LightParams } from './light-params.ts';
import type { Query } from './light-query.ts';

const RealURL = globalThis.URL;
type Changeable =
  | 'href'
  | 'protocol'
  | 'username'
  | 'password'
  | 'host'
  | 'hostname'
  | 'port'
  | 'pathname'
  | 'search'
  | 'hash';

/** Nothing in it that the parser would change: no port, no fragment, nothing to be escaped. */
const PLAIN =
  /^(https?:)\/\/((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*)(\/[\w!$%&'()*+,./:;=@~-]*)(\?[\w!$%&()*+,./:;=?@~[\]\\^`{|}-]*)?$/;
/** Segments that lead elsewhere, and names in another script. */
const UNUSUAL = /\/\.|%2e|xn--/i;

/** A plain URL, taken apart. One that is made again, from a text or from its parts, is the same one. */
class PlainURL {
  readonly text: string;
  readonly protocol: string;
  readonly host: string;
  readonly pathname: string;
  readonly search: string;
  readonly #byQuery = new Map<Query, PlainURL>();

  constructor(text: string, protocol: string, host: string, pathname: string, search: string) {
    this.text = text;
    this.protocol = protocol;
    this.host = host;
    this.pathname = pathname;
    this.search = search;
  }

  /** The same place with another query. */
  asking(query: Query): PlainURL {
    let asking = this.#byQuery.get(query);
    if (asking === undefined) {
      const { protocol, host, pathname } = this;
      const search = query.text === '' ? '' : `?${query.text}`;
      asking = new PlainURL(`${protocol}//${host}${pathname}${search}`, protocol, host, pathname, search);
      if (this.#byQuery.size >= KNOWN_MAX) this.#byQuery.clear();
      this.#byQuery.set(query, asking);
      keep(asking.text, asking);
    }
    return asking;
  }
}

/** The requests of an application go to few places, again and again. */
const known = new Map<string, PlainURL | null>();
const KNOWN_MAX = 1_000;

function keep(text: string, url: PlainURL | null): void {
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, url);
}

/** What was written out last is mostly read next, where a request is made of it. */
let last: PlainURL | null = null;

/** `null`: it is not plain. */
function plainOf(text: string): PlainURL | null {
  if (last?.text === text) return last;
  let url = known.get(text);
  if (url === undefined) {
    const parts = UNUSUAL.test(text) ? null : PLAIN.exec(text);
    url = parts === null ? null : new PlainURL(text, parts[1]!, parts[2]!, parts[3]!, parts[4] ?? '');
    keep(text, url);
  }
  last = url;
  return url;
}

export class LightURL {
  #plain!: PlainURL;
  #params: LightParams | undefined;
  /** Set when the parameters were changed since the query was last written out. */
  #isBehind = false;
  /** From the first change on that is not one of a plain query. */
  #real: URL | undefined;

  constructor(input: string | URL | LightURL, base?: string | URL | LightURL) {
    const text = typeof input === 'string' ? input : String(input);
    const plain = base === undefined ? plainOf(text) : null;
    // oxlint-disable-next-line no-constructor-return
    if (plain === null) return new RealURL(text, base === undefined ? base : String(base)) as unknown as LightURL;
    this.#plain = plain;
  }

  get href(): string {
    if (this.#isBehind) this.#catchUp();
    if (this.#real !== undefined) return this.#real.href;
    last = this.#plain;
    return last.text;
  }
  set href(value: string) {
    this.#change('href', value);
  }

  get origin(): string {
    return this.#real?.origin ?? `${this.#plain.protocol}//${this.#plain.host}`;
  }

  get protocol(): string {
    return this.#real?.protocol ?? this.#plain.protocol;
  }
  set protocol(value: string) {
    this.#change('protocol', value);
  }

  get username(): string {
    return this.#real?.username ?? '';
  }
  set username(value: string) {
    this.#change('username', value);
  }

  get password(): string {
    return this.#real?.password ?? '';
  }
  set password(value: string) {
    this.#change('password', value);
  }

  get host(): string {
    return this.#real?.host ?? this.#plain.host;
  }
  set host(value: string) {
    this.#change('host', value);
  }

  get hostname(): string {
    return this.#real?.hostname ?? this.#plain.host;
  }
  set hostname(value: string) {
    this.#change('hostname', value);
  }

  get port(): string {
    return this.#real?.port ?? '';
  }
  set port(value: string) {
    this.#change('port', value);
  }

  get pathname(): string {
    return this.#real?.pathname ?? this.#plain.pathname;
  }
  set pathname(value: string) {
    this.#change('pathname', value);
  }

  get search(): string {
    if (this.#isBehind) this.#catchUp();
    if (this.#real !== undefined) return this.#real.search;
    return this.#plain.search === '?' ? '' : this.#plain.search;
  }
  set search(value: string) {
    this.#change('search', value);
  }

  get hash(): string {
    return this.#real?.hash ?? '';
  }
  set hash(value: string) {
    this.#change('hash', value);
  }

  get searchParams(): URLSearchParams {
    this.#params ??= new LightParams(this.search, () => (this.#isBehind = true));
    return this.#params;
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  get [Symbol.toStringTag](): string {
    return 'URL';
  }

  static canParse(url: string | URL, base?: string | URL): boolean {
    return RealURL.canParse(String(url), base === undefined ? base : String(base));
  }

  static parse(url: string | URL, base?: string | URL): URL | null {
    return LightURL.canParse(url, base) ? (new LightURL(url, base) as unknown as URL) : null;
  }

  static createObjectURL: typeof RealURL.createObjectURL = RealURL.createObjectURL.bind(RealURL);
  static revokeObjectURL: typeof RealURL.revokeObjectURL = RealURL.revokeObjectURL.bind(RealURL);

  static [Symbol.hasInstance](value: unknown): boolean {
    const isObject = typeof value === 'object' && value !== null;
    return (isObject && LightURL.prototype.isPrototypeOf(value)) || value instanceof RealURL;
  }

  #change(part: Changeable, value: string): void {
    if (this.#isBehind) this.#catchUp();
    this.#real ??= new RealURL(this.href);
    this.#real[part] = value;
    this.#params?.reload(this.#real.search);
  }

  /** A query is put together in several steps, and written out once. */
  #catchUp(): void {
    this.#isBehind = false;
    const { query } = this.#params!;
    if (this.#real === undefined && query !== undefined) {
      this.#plain = this.#plain.asking(query);
      return;
    }
    this.#real ??= new RealURL(this.#plain.text);
    this.#real.search = String(this.#params);
  }
}
