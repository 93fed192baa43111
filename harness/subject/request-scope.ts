/**
 * The request that a route handler answers, for functions of Next.js that take it from their surroundings. A module
 * that runs outside of Next.js has no such surroundings; these are their replacement.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { RequestCookies } from './request-cookies.ts';

export type AfterTask = Promise<unknown> | (() => unknown);

export class RequestScope {
  readonly headers: Headers;
  #cookies: RequestCookies | undefined;
  readonly #tasks: AfterTask[] = [];
  #hasEnded = false;

  constructor(headers: Headers) {
    this.headers = headers;
  }

  /** Read when they are first asked for: most handlers ask for none. */
  get cookies(): RequestCookies {
    return (this.#cookies ??= new RequestCookies(this.headers.get('cookie')));
  }

  /** The `set-cookie` headers of the cookies that were changed. */
  get changedCookies(): readonly string[] {
    return this.#cookies?.changes() ?? [];
  }

  /** Runs a task once the request is answered. */
  after(task: AfterTask): void {
    if (this.#hasEnded) start(task);
    else this.#tasks.push(task);
  }

  /** Called when the request is answered. */
  end(): void {
    this.#hasEnded = true;
    for (const task of this.#tasks.splice(0)) start(task);
  }
}

/** Next.js prints the failure of a task, too. */
function start(task: AfterTask): void {
  const work = typeof task === 'function' ? (async () => task())() : task;
  work.catch((error: unknown) => process.emitWarning(`a task of after() failed: ${String(error)}`));
}

const scopes = new AsyncLocalStorage<RequestScope>();

export function currentRequestScope(): RequestScope | undefined {
  return scopes.getStore();
}

/** Runs a route handler in the scope of the request that it answers. */
export function answerInScope(request: Request, answer: () => Promise<Response>): Promise<Response> {
  return runInScope(request.headers, async (scope) => withCookies(await answer(), scope.changedCookies));
}

/** Runs code in the scope of a request with these headers. */
export function runInScope<T>(headers: Headers, work: (scope: RequestScope) => Promise<T>): Promise<T> {
  const scope = new RequestScope(headers);
  return scopes.run(scope, async () => {
    const result = await work(scope);
    scope.end();
    return result;
  });
}

/** The headers of a redirection, or of the answer to a `fetch`, cannot be changed. */
function withCookies(response: Response, cookies: readonly string[]): Response {
  if (cookies.length === 0) return response;
  const { status, statusText, body } = response;
  const headers = new Headers(response.headers);
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(body, { status, statusText, headers });
}
