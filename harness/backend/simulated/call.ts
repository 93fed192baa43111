/** Parses a request: role, media type, preferences and body. */
import type { HttpMessage } from '../../port/message.ts';
import type { Access } from '../../gateway/api-access.ts';
import type { Claims, ColumnModel, Scalar } from '../../port/model.ts';
import type { FilteredTable } from './filters.ts';
import { notSimulated, RestError } from './rest-error.ts';
import { coerce } from './values.ts';

/** The role and the claims of a request. @throws AccessRefused */
export type ReadAccess = (sent: { apikey: string | null; authorization: string | null }) => Access;

/** A parsed request. */
export interface Call {
  method: string;
  role: string;
  claims: Claims;
  url: URL;
  accept: { isObject: boolean };
  prefer: Preferences;
  body: string;
}

interface Preferences {
  returns: 'minimal' | 'representation';
  count: boolean;
  resolution: 'merge-duplicates' | 'ignore-duplicates' | undefined;
  missingDefault: boolean;
}

/** @throws RestError, AccessRefused */
export function parseCall({ method, url, headers, body }: HttpMessage, readAccess: ReadAccess): Call {
  const { role, claims } = readAccess({ apikey: headers.get('apikey'), authorization: headers.get('authorization') });
  requirePublicSchema(headers);
  return {
    method,
    role,
    claims,
    url,
    accept: parseAccept(headers.get('accept')),
    prefer: parsePrefer(headers.get('prefer')),
    body,
  };
}

function parseAccept(text: string | null): Call['accept'] {
  const type = text?.includes(',') ? text.slice(0, text.indexOf(',')).trim() : (text ?? '*/*');
  if (type === 'application/vnd.pgrst.object+json') return { isObject: true };
  if (type === '*/*' || type === 'application/json') return { isObject: false };
  throw notSimulated(`the media type ${type}`);
}

const NO_PREFERENCES: Preferences = { returns: 'minimal', count: false, resolution: undefined, missingDefault: false };

function parsePrefer(text: string | null): Preferences {
  if (text === null) return NO_PREFERENCES;
  const prefer: Preferences = { returns: 'minimal', count: false, resolution: undefined, missingDefault: false };
  for (const item of text.split(',')) {
    const preference = item.trim();
    if (preference === 'return=minimal' || preference === 'return=representation')
      prefer.returns = preference.slice('return='.length) as 'minimal';
    else if (preference === 'count=exact') prefer.count = true;
    else if (preference === 'resolution=merge-duplicates' || preference === 'resolution=ignore-duplicates')
      prefer.resolution = preference.slice('resolution='.length) as 'merge-duplicates';
    else if (preference === 'missing=default') prefer.missingDefault = true;
    else if (preference !== '') throw notSimulated(`the preference "${preference}"`);
  }
  return prefer;
}

function requirePublicSchema(headers: Headers): void {
  const schema = headers.get('accept-profile') ?? headers.get('content-profile') ?? 'public';
  if (schema === 'public') return;
  throw new RestError(
    406,
    'PGRST106',
    `Invalid schema: ${schema}`,
    null,
    'Only the following schemas are exposed: graphql_public, public',
  );
}

export type Body = Readonly<Record<string, unknown>>;

function parseBody(text: string): Body[] {
  const value = parseJson(text);
  const rows: unknown[] = Array.isArray(value) ? value : [value];
  if (rows.some((row) => typeof row !== 'object' || row === null || Array.isArray(row)))
    throw notSimulated('a body that is not an object or a list of objects');
  return rows as Body[];
}

export function parseArguments(text: string): Body {
  const value = text === '' ? {} : parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw notSimulated('arguments that are not an object');
  return value as Body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RestError(400, 'PGRST102', 'Empty or invalid json');
  }
}

/** The rows of a body, and the names of the fields that are written. */
export interface Given {
  names: readonly string[];
  rows: readonly Body[];
}

export function givenOf(call: Call, table: FilteredTable): Given {
  const rows = parseBody(call.body);
  const columns = columnsOf(call.url);
  const names = columns ?? namesOf(rows);
  if (columns === undefined && rows.some((row) => Object.keys(row).length !== names.length)) {
    throw new RestError(400, 'PGRST102', 'All object keys must match');
  }
  requireColumns(table, names);
  return { names, rows };
}

function namesOf(rows: readonly Body[]): string[] {
  const [only] = rows;
  if (only !== undefined && rows.length === 1) return Object.keys(only);
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function columnsOf(url: URL): string[] | undefined {
  if (!url.search.includes('columns=')) return undefined;
  return url.searchParams
    .get('columns')
    ?.split(',')
    .map((name) => name.replace(/^"(.*)"$/s, '$1'));
}

function requireColumns({ name, model }: FilteredTable, columns: readonly string[]): void {
  const unknown = columns.find((column) => !Object.hasOwn(model.columns, column));
  if (unknown === undefined) return;
  throw new RestError(400, 'PGRST204', `Could not find the '${unknown}' column of '${name}' in the schema cache`);
}

/** A missing field is null, or with `missing=default` omitted, so that it gets its default. */
export function valuesOf(
  { model }: FilteredTable,
  names: readonly string[],
  given: Body,
  missingDefault: boolean,
): Record<string, Scalar> {
  const values: Record<string, Scalar> = {};
  for (const name of names) {
    if (missingDefault && !(name in given)) continue;
    values[name] = coerce(given[name], (model.columns[name] as ColumnModel).type);
  }
  return values;
}
