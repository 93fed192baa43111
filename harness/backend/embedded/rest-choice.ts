/** Chooses the REST layer: PostgREST if it is installed, otherwise `@supabase/lite`. */
import { LITE_VERSION } from '../postgres/lite-version.ts';
import { loadLite } from '../postgres/rest-lite.ts';
import { findPostgrest, postgrestLayer } from './rest-postgrest.ts';
import type { RestLayer } from '../postgres/rest-node.ts';

export async function chooseRest(): Promise<RestLayer> {
  const postgrest = await findPostgrest();
  return postgrest ? postgrestLayer(postgrest) : loadLite();
}

export async function describeRest(): Promise<string> {
  const postgrest = await findPostgrest();
  return postgrest ? `${postgrest.version} at ${postgrest.path}` : `@supabase/lite ${LITE_VERSION}`;
}
