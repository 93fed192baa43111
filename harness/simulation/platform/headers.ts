/** `Headers` without the cost of Node's: the same answers, held against them by a differential test. */

type HeadersInit = ConstructorParameters<typeof Headers>[0];

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** Latin-1 without NUL, CR and LF. */
// oxlint-disable-next-line no-control-regex
const VALUE = /^[\u0001-\u0009\u000B\u000C\u000E-\u00FF]*$/;

/** Names as they were written → as they are compared. The names of an application are few. */
const normalized = new Map<string, string>();
const NAMES_KEPT = 1_000;

const NONE: readonly string[] = [];

export class LightHeaders implements Headers {
  /** Name → the values, joined; only `set-cookie` has several. */
  #values = new Map<string, string>();
  /** A copy shares the values until either is changed. */
  #isShared = false;
  #cookies: readonly string[] = NONE;
  #isSorted = true;
  /** A value ends in a space, which a copy does not have. */
  #isLoose = false;

  constructor(init?: HeadersInit) {
    if (init === undefined) return;
    if (init instanceof LightHeaders) {
      this.#copy(init);
      return;
    }
    if (typeof init !== 'object' || init === null) throw new TypeError('Headers constructor: init is no object');
    if (Symbol.iterator in init) {
      for (const pair of init as Iterable<Iterable<string>>) {
        const [name, value, ...more] = [...pair];
        if (name === undefined || value === undefined || more.length > 0)
          throw new TypeError('Headers constructor: no pair');
        this.append(name, value);
      }
    } else for (const name of Object.keys(init)) this.append(name, (init as Record<string, string>)[name]!);
  }

  append(name: string, value: string): void {
    const key = nameOf(name);
    const text = valueOf(value);
    if (key === 'set-cookie') this.#cookies = [...this.#cookies, text];
    this.#own();
    const before = this.#values.get(key);
    if (before === undefined) this.#add(key, text);
    else this.#values.set(key, `${before}, ${text}`);
    if (text === '') this.#isLoose = true;
  }

  set(name: string, value: string): void {
    const key = nameOf(name);
    const text = valueOf(value);
    if (key === 'set-cookie') this.#cookies = [text];
    this.#own();
    if (this.#values.has(key)) this.#values.set(key, text);
    else this.#add(key, text);
  }

  get(name: string): string | null {
    return this.#values.get(nameOf(name)) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(nameOf(name));
  }

  delete(name: string): void {
    const key = nameOf(name);
    if (!this.#values.has(key)) return;
    if (key === 'set-cookie') this.#cookies = NONE;
    this.#own();
    this.#values.delete(key);
  }

  getSetCookie(): string[] {
    return [...this.#cookies];
  }

  forEach(callback: (value: string, key: string, parent: Headers) => void, self?: unknown): void {
    for (const name of this.#names()) {
      if (name !== 'set-cookie') callback.call(self, this.#values.get(name)!, name, this);
      else for (const cookie of this.#cookies) callback.call(self, cookie, name, this);
    }
  }

  *entries(): HeadersIterator<[string, string]> {
    for (const name of this.#names()) {
      if (name !== 'set-cookie') yield [name, this.#values.get(name)!];
      else for (const cookie of this.#cookies) yield [name, cookie];
    }
  }

  *keys(): HeadersIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): HeadersIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): HeadersIterator<[string, string]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return 'Headers';
  }

  #copy(from: LightHeaders): void {
    this.#values = from.#values;
    this.#cookies = from.#cookies;
    this.#isSorted = from.#isSorted;
    this.#isShared = from.#isShared = true;
    if (!from.#isLoose) return;
    this.#own();
    for (const [name, value] of this.#values) this.#values.set(name, value.trimEnd());
  }

  #own(): void {
    if (!this.#isShared) return;
    this.#values = new Map(this.#values);
    this.#isShared = false;
  }

  #add(key: string, value: string): void {
    this.#isSorted = this.#values.size === 0;
    this.#values.set(key, value);
  }

  #names(): string[] {
    const names = [...this.#values.keys()];
    return this.#isSorted ? names : names.sort();
  }
}

type HeadersIterator<T> = Generator<T, undefined, unknown>;

function nameOf(name: string): string {
  let key = normalized.get(name);
  if (key === undefined) {
    const text = String(name);
    if (!TOKEN.test(text)) throw new TypeError(`Headers: ${text} is an invalid header name.`);
    key = text.toLowerCase();
    if (normalized.size >= NAMES_KEPT) normalized.clear();
    normalized.set(name, key);
  }
  return key;
}

/** Values that are in order as they are: most come again and again. */
const proper = new Set<string>();

function valueOf(value: string): string {
  if (proper.has(value)) return value;
  const text = typeof value === 'string' ? value : String(value);
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const isTrimmed = !(first <= 0x20 || last <= 0x20);
  const trimmed = isTrimmed ? text : text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (!VALUE.test(trimmed)) throw new TypeError(`Headers: ${trimmed} is an invalid header value.`);
  if (trimmed === value) {
    if (proper.size >= NAMES_KEPT) proper.clear();
    proper.add(value);
  }
  return trimmed;
}
