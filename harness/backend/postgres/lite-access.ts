/** Checks the API key and the user's token of a request before `@supabase/lite` gets it, as PostgREST would. */
import { AccessRefused, accessOf, roleOfKey, userTokenIn } from '../../gateway/api-access.ts';
import type { Keys } from './api-keys.ts';

/**
 * Replaces a legacy API key, which the library does not know, by the key of its role. The library treats a token that is
 * no JWT as if there were none.
 * @returns the answer, if the request is refused
 */
export function admit(request: Request, keys: Keys): Response | undefined {
  const { headers } = request;
  const apikey = headers.get('apikey') ?? new URL(request.url).searchParams.get('apikey');
  const authorization = headers.get('authorization');
  try {
    accessOf({ apikey, authorization }, keys, Date.now);
  } catch (error) {
    if (error instanceof AccessRefused) return Response.json(error.body, { status: 401 });
    throw error;
  }
  if (apikey?.includes('.')) {
    headers.set('apikey', roleOfKey(apikey, keys, Date.now) === 'anon' ? keys.publishable : keys.secret);
    if (userTokenIn(authorization, apikey) === undefined) headers.delete('authorization');
  }
  return undefined;
}
