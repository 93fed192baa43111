/** Settings of PostgREST that a project makes in its database: `alter role authenticator set pgrst.… to …`. */
import { quotedIdentifier } from '../insert-statement.ts';

export interface RestSettings {
  /** Schemas that the API exposes; the first is the default. */
  schemas: readonly string[];
  /** Schemas in which names without a schema are looked up after that of the request. */
  extraSearchPath: readonly string[];
  /** Whether aggregate functions may be used in `select`. */
  isAggregating: boolean;
  /** Whether `Prefer: tx=rollback` undoes a request. */
  isRollbackAllowed: boolean;
  /** Maximum number of rows of an answer; `undefined`: as Supabase has it. */
  rowsMax: number | undefined;
}

export const SELECT_SETTINGS = `
  select setting from pg_db_role_setting s join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) as setting
  where r.rolname = 'authenticator' and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
    and setting like 'pgrst.%'
  order by s.setdatabase`;

/** @param lines `pgrst.NAME=VALUE`; a later line overrides an earlier one */
export function restSettings(lines: readonly string[]): RestSettings {
  const values = new Map(lines.map((line) => /^pgrst\.([^=]+)=([^]*)$/.exec(line)?.slice(1) as [string, string]));
  const isOn = (name: string): boolean => ['true', 'on', 'yes', '1'].includes(values.get(name)?.toLowerCase() ?? '');
  const schemas = values.get('db_schemas') ?? values.get('db_schema') ?? 'public, graphql_public';
  const rowsMax = Number(values.get('db_max_rows') ?? Number.NaN);
  return {
    schemas: listOf(schemas),
    extraSearchPath: listOf(values.get('db_extra_search_path') ?? 'public, extensions'),
    isAggregating: isOn('db_aggregates_enabled'),
    isRollbackAllowed: ['commit-allow-override', 'rollback-allow-override'].includes(values.get('db_tx_end') ?? ''),
    rowsMax: Number.isInteger(rowsMax) ? rowsMax : undefined,
  };
}

/** `search_path` for a request, as PostgREST sets it: the schema that the request names, or the default, and the extra ones. */
export function searchPathOf(
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  { schemas, extraSearchPath }: Pick<RestSettings, 'schemas' | 'extraSearchPath'>,
): string {
  const profile = headers.get(['GET', 'HEAD'].includes(method) ? 'accept-profile' : 'content-profile');
  const path = new Set([profile ?? schemas[0] ?? 'public', ...extraSearchPath]);
  return [...path].map(quotedIdentifier).join(', ');
}

function listOf(names: string): string[] {
  return names.split(',').map((name) => name.trim());
}
