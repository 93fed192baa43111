/**
 * Checks the API key and the user's token of a request before `@supabase/lite` gets it, as PostgREST would. The library
 * checks the users of tokens in its own Auth, which is off here, and treats a token that is no JWT as if there were none.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { AccessRefused, accessOf, type Access } from '../../gateway/api-access.ts';
import type { Keys } from './api-keys.ts';

/** The role and the claims of a request, and where it looks up names. */
export interface LiteAccess extends Access {
  searchPath: string;
  /** The request is a GET or HEAD. */
  isRead: boolean;
}

const accesses = new AsyncLocalStorage<LiteAccess>();

/** The access of the request that is being answered. */
export function currentAccess(): LiteAccess | undefined {
  return accesses.getStore();
}

/** Passes a request on with the key of its role, which is all that the library needs. */
export async function withAccess(
  request: Request,
  { keys, searchPath }: { keys: Keys; searchPath: string },
  answer: (request: Request) => Promise<Response>,
): Promise<Response> {
  const { headers, method } = request;
  const isRead = method === 'GET' || method === 'HEAD';
  const apikey = headers.get('apikey') ?? new URL(request.url).searchParams.get('apikey');
  try {
    const access = accessOf({ apikey, authorization: headers.get('authorization') }, keys, Date.now);
    headers.set('apikey', access.role === 'service_role' ? keys.secret : keys.publishable);
    headers.delete('authorization');
    const response = await accesses.run({ ...access, searchPath, isRead }, () => answer(request));
    return response.status === 401 && access.role !== 'anon' ? forbidden(response) : response;
  } catch (error) {
    if (error instanceof AccessRefused) return Response.json(error.body, { status: 401 });
    throw error;
  }
}

/** What the role of a user may not do is answered with 403, and with 401 only for `anon`. */
function forbidden({ body, headers }: Response): Response {
  return new Response(body, { status: 403, headers });
}
