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

/** The names of headers, in their order: those that have the same names share them, and the way to one name more. */
class Names {
  readonly sorted: readonly string[];
  /** For each name a value that was found to be in order: most come again and again. */
  readonly proper: (string | undefined)[];
  readonly #more = new Map<string, { names: Names; at: number }>();

  constructor(sorted: readonly string[]) {
    this.sorted = sorted;
    this.proper = sorted.map(() => undefined);
  }

  /** @returns -1 if it is not among them */
  find(name: string): number {
    const { sorted } = this;
    for (let at = 0; at < sorted.length; at++) if (sorted[at] === name) return at;
    return -1;
  }

  /** These and one more, and where that stands. */
  with(name: string): { names: Names; at: number } {
    let more = this.#more.get(name);
    if (more === undefined) {
      const before = this.sorted.findIndex((other) => other > name);
      const at = before === -1 ? this.sorted.length : before;
      more = { names: new Names(this.sorted.toSpliced(at, 0, name)), at };
      if (this.#more.size < NAMES_KEPT) this.#more.set(name, more);
    }
    return more;
  }
}

const NO_NAMES = new Names([]);

export class LightHeaders implements Headers {
  #names = NO_NAMES;
  /** To each name the values, joined; only `set-cookie` has several. A copy shares them until either is changed. */
  #values: string[] = [];
  #isShared = false;
  #cookies: readonly string[] = NONE;
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
    const at = this.#names.find(key);
    if (at === -1) return this.#add(key, value);
    const text = properOf(this.#names, at, value);
    if (key === 'set-cookie') this.#cookies = [...this.#cookies, text];
    this.#own();
    this.#values[at] = `${this.#values[at]}, ${text}`;
    if (text === '') this.#isLoose = true;
  }

  set(name: string, value: string): void {
    const key = nameOf(name);
    const at = this.#names.find(key);
    if (at === -1) return this.#add(key, value);
    const text = properOf(this.#names, at, value);
    if (key === 'set-cookie') this.#cookies = [text];
    this.#own();
    this.#values[at] = text;
  }

  get(name: string): string | null {
    return this.#values[this.#names.find(nameOf(name))] ?? null;
  }

  has(name: string): boolean {
    return this.#names.find(nameOf(name)) !== -1;
  }

  delete(name: string): void {
    const key = nameOf(name);
    const at = this.#names.find(key);
    if (at === -1) return;
    if (key === 'set-cookie') this.#cookies = NONE;
    this.#values = this.#values.toSpliced(at, 1);
    this.#isShared = false;
    let left = NO_NAMES;
    for (const other of this.#names.sorted) if (other !== key) left = left.with(other).names;
    this.#names = left;
  }

  getSetCookie(): string[] {
    return [...this.#cookies];
  }

  forEach(callback: (value: string, key: string, parent: Headers) => void, self?: unknown): void {
    const { sorted } = this.#names;
    const values = this.#values;
    for (let at = 0; at < sorted.length; at++) {
      if (sorted[at] !== 'set-cookie') callback.call(self, values[at]!, sorted[at]!, this);
      else for (const cookie of this.#cookies) callback.call(self, cookie, 'set-cookie', this);
    }
  }

  *entries(): HeadersIterator<[string, string]> {
    for (const [at, name] of this.#names.sorted.entries()) {
      if (name !== 'set-cookie') yield [name, this.#values[at]!];
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
    this.#names = from.#names;
    this.#values = from.#values;
    this.#cookies = from.#cookies;
    if (from.#isLoose) this.#values = from.#values.map((value) => value.trimEnd());
    else this.#isShared = from.#isShared = true;
  }

  #own(): void {
    if (!this.#isShared) return;
    this.#values = this.#values.slice();
    this.#isShared = false;
  }

  #add(key: string, value: string): void {
    const { names, at } = this.#names.with(key);
    const text = properOf(names, at, value);
    if (key === 'set-cookie') this.#cookies = [text];
    this.#own();
    this.#names = names;
    const values = this.#values;
    for (let place = values.length; place > at; place--) values[place] = values[place - 1]!;
    values[at] = text;
  }
}

type HeadersIterator<T> = Generator<T, undefined, unknown>;

/** @throws TypeError for a value that no header can have */
function properOf({ proper }: Names, at: number, value: string): string {
  if (proper[at] === value) return value;
  const text = textOf(value);
  proper[at] = text;
  return text;
}

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

/** As a header has it. */
function textOf(value: string): string {
  const text = typeof value === 'string' ? value : String(value);
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const isTrimmed = !(first <= 0x20 || last <= 0x20);
  const trimmed = isTrimmed ? text : text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (!VALUE.test(trimmed)) throw new TypeError(`Headers: ${trimmed} is an invalid header value.`);
  return trimmed;
}
