import { keyRefused, roleOfKey, type ApiKeys } from './api-access.ts';
import type { RefuseKey } from './incoming-request.ts';

/** Checks an API key by the head of a request, as the REST layer does when it has the whole request. */
export function keyCheck(keys: ApiKeys, nowMs: () => number): RefuseKey {
  return ({ url, headers }) => {
    const apikey = headers.get('apikey') ?? url.searchParams.get('apikey');
    if (roleOfKey(apikey, keys, nowMs) !== undefined) return undefined;
    const body = JSON.stringify(keyRefused(apikey));
    return { status: 401, headers: new Headers({ 'content-type': 'application/json' }), body };
  };
}
