/** `URL` without the parser's cost for those that are plain already; any other is a real one. */
import { LightParams, listOf, textOf } from './light-params.ts';
import { plainFrom, plainOf, withPart, writeOut, type PlainURL } from './plain-url.ts';

const RealURL = globalThis.URL;

const PARTS = [
  'href',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

export class LightURL {
  #plain!: PlainURL;
  #params: LightParams | undefined;
  /** Set when the parameters were changed since the query was last written out. */
  #isBehind = false;
  /** From the first change on that is not one of the query's parameters. */
  #real: URL | undefined;

  constructor(input: string | URL | LightURL, base?: string | URL | LightURL) {
    const text = typeof input === 'string' ? input : String(input);
    const plain = base === undefined ? plainOf(text) : plainFrom(String(base), text);
    // oxlint-disable-next-line no-constructor-return
    if (plain === null) return new RealURL(text, base === undefined ? base : String(base)) as unknown as LightURL;
    this.#plain = plain;
  }

  get href(): string {
    if (this.#isBehind) this.#catchUp();
    return this.#real === undefined ? writeOut(this.#plain) : this.#real.href;
  }

  get origin(): string {
    return (this.#real ?? this.#plain).origin;
  }

  get pathname(): string {
    return (this.#real ?? this.#plain).pathname;
  }

  get search(): string {
    if (this.#isBehind) this.#catchUp();
    return (this.#real ?? this.#plain).search;
  }

  get searchParams(): URLSearchParams {
    this.#params ??= new LightParams(this.#real === undefined ? this.#plain.list : listOf(this.#real.search), () => {
      this.#isBehind = true;
    });
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

  static readonly createObjectURL: typeof RealURL.createObjectURL = RealURL.createObjectURL.bind(RealURL);
  static readonly revokeObjectURL: typeof RealURL.revokeObjectURL = RealURL.revokeObjectURL.bind(RealURL);

  static [Symbol.hasInstance](value: unknown): boolean {
    const isObject = typeof value === 'object' && value !== null;
    return (isObject && LightURL.prototype.isPrototypeOf(value)) || value instanceof RealURL;
  }

  static {
    for (const part of PARTS) {
      const { get } = Object.getOwnPropertyDescriptor(LightURL.prototype, part) ?? {
        get(this: LightURL): string {
          return (this.#real ?? this.#plain)[part];
        },
      };
      const set = function (this: LightURL, value: string): void {
        this.#change(part, value);
      };
      Object.defineProperty(LightURL.prototype, part, { get, set, configurable: true, enumerable: true });
    }
  }

  #change(part: (typeof PARTS)[number], value: string): void {
    if (this.#isBehind) this.#catchUp();
    if (this.#real === undefined) {
      const plain = withPart(this.#plain, part, value);
      if (plain !== null) {
        this.#plain = plain;
        return;
      }
    }
    this.#real ??= new RealURL(this.#plain.href);
    this.#real[part] = value;
    this.#params?.reload(listOf(this.#real.search));
  }

  /** A query is put together in several steps, and written out once. */
  #catchUp(): void {
    this.#isBehind = false;
    const { list } = this.#params!;
    if (this.#real === undefined) this.#plain = this.#plain.withQuery(list);
    else this.#real.search = textOf(list);
  }
}
