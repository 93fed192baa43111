/**
 * The modules of Next.js that work only within its server, as replacements for modules that run in this process:
 * `next/headers`, and of `next/server` the functions `after` and `connection`.
 */
import { RequestCookies } from './request-cookies.ts';
import { currentRequestScope, type AfterTask, type RequestScope } from './request-scope.ts';

/**
 * @param load loads the module itself, from the application's packages
 * @returns `undefined` for a module that is not replaced
 */
export function nextModule(specifier: string, load: () => unknown): unknown {
  switch (specifier.replace(/\.js$/, '')) {
    case 'next/headers':
      return NEXT_HEADERS;
    case 'next/server':
      return { ...(load() as object), after, connection };
    default:
      return undefined;
  }
}

/** Gives a request what Next.js adds to the requests of route handlers: `nextUrl` and `cookies`. */
export function asNextRequest(request: Request): Request {
  const original: unknown = Object.getPrototypeOf(request);
  if (nextPrototype === undefined || Object.getPrototypeOf(nextPrototype) !== original) {
    nextPrototype = Object.create(original as object, NEXT_PROPERTIES) as object;
  }
  return Object.setPrototypeOf(request, nextPrototype) as Request;
}

/** One for all requests: to define properties of each takes longer than to make it. */
let nextPrototype: object | undefined;

interface NextParts {
  cookies?: RequestCookies;
  nextUrl?: URL;
}

const partsOf = new WeakMap<Request, NextParts>();

const NEXT_PROPERTIES: PropertyDescriptorMap & ThisType<Request> = {
  cookies: {
    configurable: true,
    get() {
      return (keptParts(this).cookies ??= new RequestCookies(this.headers.get('cookie')));
    },
  },
  nextUrl: {
    configurable: true,
    get() {
      return (keptParts(this).nextUrl ??= nextUrlOf(this.url));
    },
  },
};

function keptParts(request: Request): NextParts {
  let parts = partsOf.get(request);
  if (parts === undefined) partsOf.set(request, (parts = {}));
  return parts;
}

const NEXT_HEADERS = {
  cookies: () => promised(scopeOf('cookies').cookies),
  headers: () => promised(new Headers(scopeOf('headers').headers)),
  draftMode: () => promised({ isEnabled: false, enable: noDrafts, disable: () => undefined }),
};

function after(task: AfterTask): void {
  scopeOf('after').after(task);
}

async function connection(): Promise<void> {
  scopeOf('connection');
}

function noDrafts(): never {
  throw new Error('the draft mode cannot be enabled outside of Next.js');
}

function scopeOf(name: string): RequestScope {
  const scope = currentRequestScope();
  if (scope === undefined) throw new Error(`\`${name}\` was called outside a request scope`);
  return scope;
}

/** A promise, as since Next.js 15, which can also be used as the value itself, as before. */
function promised<T extends object>(value: T): Promise<T> & T {
  const promise = Promise.resolve(value);
  return new Proxy(promise, {
    get(_, name) {
      const owner = name === 'then' || name === 'catch' || name === 'finally' ? promise : value;
      const member: unknown = Reflect.get(owner, name);
      return typeof member === 'function' ? member.bind(owner) : member;
    },
  }) as Promise<T> & T;
}

function nextUrlOf(url: string): URL {
  return Object.assign(new URL(url), { basePath: '', clone: () => nextUrlOf(url) });
}
