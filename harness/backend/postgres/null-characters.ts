/**
 * Null characters in the names of a query. `@supabase/lite` writes them into the text of a statement, which ends at a null
 * character: PostgreSQL then takes the message as broken. In a value they are an error of PostgreSQL's, as with PostgREST.
 */
import { badRequest } from './rest-errors.ts';

/** What consists of names. */
const NAMES = /(^|\.)(select|order|columns|on_conflict|or|and)$/;

/** PostgREST's answer if a name has a null character. */
export function refuseNullCharacters({ url }: Request): Response | undefined {
  if (!url.includes('%00')) return undefined;
  for (const [name, value] of new URL(url).searchParams) {
    if (name.includes('\0')) return badRequest('PGRST100', `"failed to parse tree path (${name})"`);
    if (NAMES.test(name) && value.includes('\0')) {
      return badRequest('PGRST100', `"failed to parse ${name} parameter (${value})"`);
    }
  }
  return undefined;
}
