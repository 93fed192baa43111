/** The rules of RFC 9111 and RFC 5861 by the package `http-cache-semantics`, in a given time. */
import CachePolicy from 'http-cache-semantics';

export interface CachePolicies {
  of(request: Request, status: number, headers: Headers): StoredPolicy;
}

/** What may be done with one stored answer. */
export interface StoredPolicy {
  readonly status: number;
  readonly isStorable: boolean;
  /** With `mustRefresh`, the answer is stale and may be used while it is fetched anew. */
  evaluate(request: Request): { isUsable: boolean; mustRefresh: boolean };
  /** The same request with the validators of the answer instead of those of the client. */
  conditional(request: Request): Request;
  /** Whether `stale-if-error` allows the answer. */
  mayBeUsedAfterError(request: Request): boolean;
  /** After the application has answered 304 with these headers. */
  confirmed(request: Request, headers: Headers): StoredPolicy;
  /** With the age. */
  headers(): Headers;
}

export function cachePolicies(isShared: boolean, nowMs: () => number): CachePolicies {
  class TimedPolicy extends CachePolicy {
    now(): number {
      return nowMs();
    }
  }
  const of: CachePolicies['of'] = (request, status, given) => {
    const headers = withinLifetime(given);
    const answer = { status, headers: Object.fromEntries(headers) };
    return stored(new TimedPolicy(plain(request), answer, { shared: isShared }), status, given);
  };
  return { of };

  function stored(policy: CachePolicy, status: number, given: Headers): StoredPolicy {
    return {
      status,
      isStorable: policy.storable(),
      evaluate(request) {
        const { response, revalidation } = policy.evaluateRequest(plain(request));
        return { isUsable: response !== undefined, mustRefresh: revalidation !== undefined };
      },
      conditional: (request) => new Request(request.url, { headers: flat(policy.revalidationHeaders(plain(request))) }),
      mayBeUsedAfterError: (request) =>
        !policy.revalidatedPolicy(plain(request), { status: 500, headers: {} }).modified,
      confirmed(request, headers) {
        const merged = new Headers(given);
        for (const [name, value] of headers) if (!OF_BODY.has(name)) merged.set(name, value);
        return of(request, status, merged);
      },
      headers() {
        const headers = flat(policy.responseHeaders());
        const cacheControl = given.get('cache-control');
        if (cacheControl !== null) headers.set('cache-control', cacheControl);
        return headers;
      },
    };
  }
}

/** Header fields that describe a body, which a 304 does not have. */
const OF_BODY: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'content-type',
  'transfer-encoding',
]);

const REVALIDATING = /^(must|proxy)-revalidate$/i;
const AFTER_LIFETIME = /^stale-(while-revalidate|if-error)(=|$)/i;

/**
 * `must-revalidate` forbids the use of an answer that is stale (RFC 9111, 5.2.2.2). The package forbids that of a fresh one
 * too, so that the directive is replaced by the absence of the permissions to use a stale one.
 */
function withinLifetime(given: Headers): Headers {
  const directives =
    given
      .get('cache-control')
      ?.split(',')
      .map((each) => each.trim()) ?? [];
  if (!directives.some((each) => REVALIDATING.test(each))) return given;
  const kept = directives.filter((each) => !REVALIDATING.test(each) && !AFTER_LIFETIME.test(each));
  const headers = new Headers(given);
  headers.set('cache-control', kept.join(', '));
  return headers;
}

/** Without the URL, since a cache has keys of its own, and without validators of the client. */
function plain({ method, headers }: Request): CachePolicy.HttpRequest {
  const { 'if-none-match': _etag, 'if-modified-since': _date, ...rest } = Object.fromEntries(headers);
  return { method, headers: rest };
}

function flat(fields: CachePolicy.Headers): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) headers.set(name, String(value));
  return headers;
}
