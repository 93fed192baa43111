/**
 * Row-level security at the time of the poll: whether the current row can be read under the claims of a channel. The REST
 * layer of the primary answers that for the headers of the channel, on every backend.
 */
import { mapMaybe, type MaybePromise } from '../maybe-promise.ts';
import type { DatabaseNode } from '../port/backend.ts';
import type { HttpMessage } from '../port/message.ts';
import type { RowChange } from '../port/stream.ts';
import type { AccessToken } from './stream-access.ts';

export type Visibility = 'visible' | 'hidden' | 'unauthorized';

/** @returns a function that asks once for each key and token. Deletions, and tables without policies, are visible to all */
export function rowVisibility(
  { table, type, row = {} }: RowChange,
  primary: Pick<DatabaseNode, 'rest'>,
): (access: AccessToken) => MaybePromise<Visibility> {
  if (type === 'DELETE' || !table.hasPolicies || table.primaryKey.length === 0) return () => 'visible';
  const answers = new Map<string, MaybePromise<Visibility>>();
  const url = new URL(`http://database.invalid/rest/v1/${encodeURIComponent(table.name)}`);
  url.searchParams.set('select', table.primaryKey.join());
  for (const column of table.primaryKey) url.searchParams.set(column, `eq.${String(row[column])}`);
  return (access) => {
    const name = `${access.apikey} ${access.token ?? ''}`;
    const known = answers.get(name);
    if (known !== undefined) return known;
    const answer = ask(primary, requestOf(url, table.schema, access));
    answers.set(name, answer);
    return answer;
  };
}

function requestOf(url: URL, schema: string, { apikey, token }: AccessToken): HttpMessage {
  const headers = new Headers({ apikey, ...(schema === 'public' ? {} : { 'accept-profile': schema }) });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  return { method: 'GET', url, headers, body: '' };
}

/** A database that does not answer shows nothing: the change is lost. */
function ask(primary: Pick<DatabaseNode, 'rest'>, request: HttpMessage): MaybePromise<Visibility> {
  try {
    const visibility = mapMaybe(primary.rest(request), ({ status, body }): Visibility => {
      if (status === 401 || status === 403) return 'unauthorized';
      return status < 300 && body !== '[]' ? 'visible' : 'hidden';
    });
    return visibility instanceof Promise ? visibility.catch(() => 'hidden') : visibility;
  } catch {
    return 'hidden';
  }
}
