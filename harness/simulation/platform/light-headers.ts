/** `Headers` without the cost of Node's: the same answers, held against them by a differential test. */

type HeadersInit = ConstructorParameters<typeof Headers>[0];

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** Latin-1 without NUL, CR and LF. */
// oxlint-disable-next-line no-control-regex
const VALUE = /^[\u0001-\u0009\u000B\u000C\u000E-\u00FF]*$/;

/** The names of an application's headers are few. */
const NAMES_KEPT = 1_000;

const NONE: readonly string[] = [];

interface Step {
  names: Names;
  at: number;
}

/** The names of headers, in their order: those that have the same names share them, and the way to one name more. */
class Names {
  readonly sorted: readonly string[];
  /** For each name a value that was found to be in order: most come again and again. */
  readonly proper: (string | undefined)[];
  /** Of the one name that may have several values; -1 without it. */
  readonly cookiesAt: number;
  /** By names as they were written. */
  readonly #places = new Map<string, number>();
  readonly #steps = new Map<string, Step>();
  /** What was asked for last is mostly asked for next, since an application's requests are alike. */
  #lastName: string | undefined;
  #lastStep: Step | undefined;

  constructor(sorted: readonly string[]) {
    this.sorted = sorted;
    this.proper = sorted.map(() => undefined);
    this.cookiesAt = sorted.indexOf('set-cookie');
  }

  /** @returns -1 if it is not among them */
  find(name: string): number {
    let at = this.#places.get(name);
    if (at === undefined) {
      at = this.sorted.indexOf(keyOf(name));
      if (this.#places.size < NAMES_KEPT) this.#places.set(name, at);
    }
    return at;
  }

  /** These and one more, which is not among them, and where that stands; `undefined` before it has been `with` them. */
  known(name: string): Step | undefined {
    if (name !== this.#lastName) this.#remember(name, this.#steps.get(name));
    return this.#lastStep;
  }

  /** @param name not among them */
  with(name: string): Step {
    let step = this.#steps.get(name);
    if (step === undefined) {
      const key = keyOf(name);
      const before = this.sorted.findIndex((other) => other > key);
      const at = before === -1 ? this.sorted.length : before;
      const same = this.#steps.get(key)?.names;
      step = { names: same ?? new Names(this.sorted.toSpliced(at, 0, key)), at };
      if (this.#steps.size < NAMES_KEPT) this.#steps.set(key, step).set(name, step);
    }
    this.#remember(name, step);
    return step;
  }

  #remember(name: string, step: Step | undefined): void {
    this.#lastName = name;
    this.#lastStep = step;
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
    const step = this.#names.known(name);
    if (step !== undefined) return this.#add(step, value);
    const at = this.#names.find(name);
    if (at === -1) return this.#add(this.#names.with(name), value);
    const text = properOf(this.#names, at, value);
    if (at === this.#names.cookiesAt) this.#cookies = [...this.#cookies, text];
    this.#own();
    this.#values[at] = `${this.#values[at]}, ${text}`;
    if (text === '') this.#isLoose = true;
  }

  set(name: string, value: string): void {
    const step = this.#names.known(name);
    if (step !== undefined) return this.#add(step, value);
    const at = this.#names.find(name);
    if (at === -1) return this.#add(this.#names.with(name), value);
    const text = properOf(this.#names, at, value);
    if (at === this.#names.cookiesAt) this.#cookies = [text];
    this.#own();
    this.#values[at] = text;
  }

  get(name: string): string | null {
    const at = this.#names.find(name);
    return at === -1 ? null : this.#values[at]!;
  }

  has(name: string): boolean {
    return this.#names.find(name) !== -1;
  }

  delete(name: string): void {
    const at = this.#names.find(name);
    if (at === -1) return;
    if (at === this.#names.cookiesAt) this.#cookies = NONE;
    this.#values = this.#values.toSpliced(at, 1);
    this.#isShared = false;
    let left = NO_NAMES;
    for (const other of this.#names.sorted.toSpliced(at, 1)) left = left.with(other).names;
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

  #add({ names, at }: Step, value: string): void {
    const text = properOf(names, at, value);
    if (at === names.cookiesAt) this.#cookies = [text];
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

/** As names are compared. */
function keyOf(name: string): string {
  const text = String(name);
  if (!TOKEN.test(text)) throw new TypeError(`Headers: ${text} is an invalid header name.`);
  return text.toLowerCase();
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
