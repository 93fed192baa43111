/** PostgREST when there is one, else the REST layer that came with npm. */
import type { RestLayer } from './rest.ts';
import { liteVersion, loadLite } from './rest-lite.ts';
import type { Scope } from './scope.ts';

export async function chooseRest(_scope: Scope): Promise<RestLayer> {
  return loadLite();
}

export async function describeRest(): Promise<string> {
  return `@supabase/lite ${liteVersion()}`;
}
