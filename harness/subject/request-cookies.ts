/** The cookies of a request as Next.js gives them to route handlers: `cookies()` of `next/headers`, `request.cookies`. */

export interface Cookie {
  name: string;
  value: string;
}

/** Attributes of a cookie that is set, with the names that Next.js uses. */
export interface CookieOptions {
  domain?: string;
  path?: string;
  /** In seconds. */
  maxAge?: number;
  expires?: Date | number;
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: boolean | 'lax' | 'strict' | 'none';
}

export class RequestCookies {
  readonly #cookies = new Map<string, Cookie>();
  readonly #changes = new Map<string, string>();

  /** @param header of a request: `a=1; b=2` */
  constructor(header: string | null) {
    for (const pair of header?.split(/; */) ?? []) {
      const at = pair.indexOf('=');
      const name = pair.slice(0, Math.max(at, 0)).trim();
      if (name !== '') this.#cookies.set(name, { name, value: decoded(pair.slice(at + 1).trim()) });
    }
  }

  get size(): number {
    return this.#cookies.size;
  }

  get(name: string | Cookie): Cookie | undefined {
    return this.#cookies.get(nameOf(name));
  }

  getAll(name?: string | Cookie): Cookie[] {
    const all = [...this.#cookies.values()];
    return name === undefined ? all : all.filter((cookie) => cookie.name === nameOf(name));
  }

  has(name: string): boolean {
    return this.#cookies.has(name);
  }

  set(...[first, text = '', given = {}]: [Cookie & CookieOptions] | [string, string, CookieOptions?]): this {
    const { name, value, ...options } = typeof first === 'string' ? { name: first, value: text, ...given } : first;
    this.#cookies.set(name, { name, value });
    this.#changes.set(name, headerOf(name, value, options));
    return this;
  }

  delete(which: string | (Omit<Cookie, 'value'> & CookieOptions)): this {
    const { name, ...options } = typeof which === 'string' ? { name: which } : which;
    this.set({ ...options, name, value: '', expires: 0 });
    this.#cookies.delete(name);
    return this;
  }

  /** The `set-cookie` headers of the changes. */
  changes(): string[] {
    return [...this.#changes.values()];
  }

  [Symbol.iterator](): IterableIterator<[name: string, cookie: Cookie]> {
    return this.#cookies.entries();
  }

  toString(): string {
    return this.getAll()
      .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
      .join('; ');
  }
}

function nameOf(name: string | Cookie): string {
  return typeof name === 'string' ? name : name.name;
}

function headerOf(name: string, value: string, options: CookieOptions): string {
  const { path = '/', domain, maxAge, expires, httpOnly, secure, sameSite } = options;
  return [
    `${name}=${encodeURIComponent(value)}`,
    `Path=${path}`,
    domain !== undefined && `Domain=${domain}`,
    maxAge !== undefined && `Max-Age=${maxAge}`,
    expires !== undefined && `Expires=${new Date(expires).toUTCString()}`,
    secure && 'Secure',
    httpOnly && 'HttpOnly',
    Boolean(sameSite) && `SameSite=${sameSite === true ? 'strict' : sameSite}`,
  ]
    .filter(Boolean)
    .join('; ');
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
