/** `URL` without the parser's cost for those that are plain already; any other is a real one. */

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

export class LightURL {
  #protocol = '';
  #host = '';
  #pathname = '';
  #search = '';
  #params: LightParams | undefined;
  /** Set when the parameters were changed since the query was last written out. */
  #isBehind = false;
  /** As a whole, while nothing has been changed: the same text is looked up faster than an equal one. */
  #text: string | undefined;
  /** From the first change on. */
  #real: URL | undefined;

  constructor(input: string | URL | LightURL, base?: string | URL | LightURL) {
    const text = typeof input === 'string' ? input : String(input);
    const parts = base === undefined ? partsOf(text) : null;
    // oxlint-disable-next-line no-constructor-return
    if (parts === null) return new RealURL(text, base === undefined ? base : String(base)) as unknown as LightURL;
    this.#protocol = parts[1]!;
    this.#host = parts[2]!;
    this.#pathname = parts[3]!;
    this.#search = parts[4] ?? '';
    this.#text = text;
  }

  get href(): string {
    if (this.#isBehind) this.#catchUp();
    if (this.#real !== undefined) return this.#real.href;
    this.#text ??= `${this.#protocol}//${this.#host}${this.#pathname}${this.#search}`;
    return this.#text;
  }
  set href(value: string) {
    this.#change('href', value);
  }

  get origin(): string {
    return this.#real?.origin ?? `${this.#protocol}//${this.#host}`;
  }

  get protocol(): string {
    return this.#real?.protocol ?? this.#protocol;
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
    return this.#real?.host ?? this.#host;
  }
  set host(value: string) {
    this.#change('host', value);
  }

  get hostname(): string {
    return this.#real?.hostname ?? this.#host;
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
    return this.#real?.pathname ?? this.#pathname;
  }
  set pathname(value: string) {
    this.#change('pathname', value);
  }

  get search(): string {
    if (this.#isBehind) this.#catchUp();
    if (this.#real !== undefined) return this.#real.search;
    return this.#search === '?' ? '' : this.#search;
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
    const text = this.#params!.toString();
    const search = text === '' ? '' : `?${text}`;
    this.#text = undefined;
    if (this.#real === undefined) this.#search = search;
    else this.#real.search = search;
  }
}

/** The requests of an application go to few places, again and again. */
const known = new Map<string, RegExpExecArray | null>();
const KNOWN_MAX = 1_000;

function partsOf(text: string): RegExpExecArray | null {
  let parts = known.get(text);
  if (parts === undefined) {
    parts = UNUSUAL.test(text) ? null : PLAIN.exec(text);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(text, parts);
  }
  return parts;
}

/** The parameters of one URL, which is told of each change. */
class LightParams extends URLSearchParams {
  readonly #changed: () => void;

  constructor(search: string, changed: () => void) {
    super(search);
    this.#changed = changed;
  }

  override append(name: string, value: string): void {
    super.append(name, value);
    this.#changed();
  }

  override set(name: string, value: string): void {
    super.set(name, value);
    this.#changed();
  }

  override delete(name: string, value?: string): void {
    if (value === undefined) super.delete(name);
    else super.delete(name, value);
    this.#changed();
  }

  override sort(): void {
    super.sort();
    this.#changed();
  }

  /** The URL has another query now. */
  reload(search: string): void {
    for (const name of new Set(this.keys())) super.delete(name);
    for (const [name, value] of new URLSearchParams(search)) super.append(name, value);
  }
}
