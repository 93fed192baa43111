/** `Headers` without the cost of Node's: the same answers, held against them by a differential test. */

type HeadersInit = ConstructorParameters<typeof Headers>[0];

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** Latin-1 without NUL, CR and LF. */
// oxlint-disable-next-line no-control-regex
const VALUE = /^[\u0001-\u0009\u000B\u000C\u000E-\u00FF]*$/;
const COOKIE = 'set-cookie';

interface Header {
  readonly name: string;
  readonly value: string;
}

export class LightHeaders implements Headers {
  /** Sorted by name; only `set-cookie` may be there more than once. A copy shares them until either is changed. */
  #headers: Header[] = [];
  #isShared = false;
  /** A value ends in a space, which a copy does not have. */
  #isLoose = false;

  constructor(init?: HeadersInit) {
    if (init === undefined) return;
    if (init instanceof LightHeaders) {
      this.#copy(init);
      return;
    }
    if (typeof init !== 'object' || init === null) throw new TypeError('Headers constructor: init is not an object');
    if (Symbol.iterator in init) {
      for (const pair of init as Iterable<Iterable<string>>) {
        const [name, value, ...more] = [...pair];
        if (name === undefined || value === undefined || more.length > 0)
          throw new TypeError('Headers constructor: not a pair of name and value');
        this.append(name, value);
      }
    } else for (const name of Object.keys(init)) this.append(name, (init as Record<string, string>)[name]!);
  }

  append(name: string, value: string): void {
    const header = headerOf(name, value);
    const at = header.name === COOKIE ? -1 : this.#find(header.name);
    if (at === -1) {
      this.#insert(header);
      return;
    }
    this.#own();
    this.#headers[at] = { name: header.name, value: `${this.#headers[at]!.value}, ${header.value}` };
    if (header.value === '') this.#isLoose = true;
  }

  set(name: string, value: string): void {
    const header = headerOf(name, value);
    if (header.name === COOKIE) this.delete(COOKIE);
    const at = this.#find(header.name);
    if (at === -1) this.#insert(header);
    else if (this.#headers[at] !== header) {
      this.#own();
      this.#headers[at] = header;
    }
  }

  get(name: string): string | null {
    const key = keyOf(name);
    const at = this.#find(key);
    if (at === -1) return null;
    return key === COOKIE ? this.getSetCookie().join(', ') : this.#headers[at]!.value;
  }

  has(name: string): boolean {
    return this.#find(keyOf(name)) !== -1;
  }

  delete(name: string): void {
    const key = keyOf(name);
    this.#headers = this.#headers.filter((header) => header.name !== key);
    this.#isShared = false;
  }

  getSetCookie(): string[] {
    return this.#headers.filter(({ name }) => name === COOKIE).map(({ value }) => value);
  }

  forEach(callback: (value: string, key: string, parent: Headers) => void, self?: unknown): void {
    const headers = this.#headers;
    for (let at = 0; at < headers.length; at++) callback.call(self, headers[at]!.value, headers[at]!.name, this);
  }

  *entries(): HeadersIterator<[string, string]> {
    for (const { name, value } of this.#headers) yield [name, value];
  }

  *keys(): HeadersIterator<string> {
    for (const { name } of this.#headers) yield name;
  }

  *values(): HeadersIterator<string> {
    for (const { value } of this.#headers) yield value;
  }

  [Symbol.iterator](): HeadersIterator<[string, string]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): string {
    return 'Headers';
  }

  #find(name: string): number {
    const headers = this.#headers;
    for (let at = 0; at < headers.length; at++) if (headers[at]!.name === name) return at;
    return -1;
  }

  #copy(from: LightHeaders): void {
    this.#headers = from.#headers;
    this.#isShared = from.#isShared = true;
    if (from.#isLoose)
      this.#headers = this.#headers.map(({ name, value }) => ({ name, value: value.replace(/ $/, '') }));
  }

  #own(): void {
    if (!this.#isShared) return;
    this.#headers = this.#headers.slice();
    this.#isShared = false;
  }

  #insert(header: Header): void {
    this.#own();
    const headers = this.#headers;
    let at = headers.length;
    for (; at > 0 && headers[at - 1]!.name > header.name; at--) headers[at] = headers[at - 1]!;
    headers[at] = header;
  }
}

type HeadersIterator<T> = Generator<T, undefined, unknown>;

/** The names of an application's headers are few. */
const KEPT_MAX = 1_000;
const keys = new Map<string, string>();
/** By their names as they were written, the header that was made last: most come again and again. */
const lasts = new Map<string, Header>();

/** @throws TypeError for a name or a value that no header can have */
function headerOf(name: string, value: string): Header {
  const last = lasts.get(name);
  if (last?.value === value) return last;
  const key = keyOf(name);
  const text = trimmed(String(value));
  if (!VALUE.test(text)) throw new TypeError(`Headers: ${text} is an invalid header value.`);
  const header = { name: key, value: text };
  if (lasts.size < KEPT_MAX || last !== undefined) lasts.set(name, header);
  return header;
}

function trimmed(text: string): string {
  const isTrimmed = text.charCodeAt(0) > 0x20 && text.charCodeAt(text.length - 1) > 0x20;
  return isTrimmed ? text : text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
}

/** As names are compared. */
function keyOf(name: string): string {
  let key = keys.get(name);
  if (key === undefined) {
    const text = String(name);
    if (!TOKEN.test(text)) throw new TypeError(`Headers: ${text} is an invalid header name.`);
    key = keys.get(text.toLowerCase()) ?? text.toLowerCase();
    if (keys.size < KEPT_MAX) keys.set(name, key).set(key, key);
  }
  return key;
}
