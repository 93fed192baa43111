/** What the REST API must know of the schema `public`: relations, their keys and references, and functions. */
import type { EngineConnection } from './engine-connection.ts';
import { READS_WAL } from './wal-functions.ts';

export interface RelationSchema {
  name: string;
  columns: readonly string[];
  /** Column → the SQL of its default. */
  defaults: Readonly<Record<string, string>>;
  primaryKey: readonly string[];
  references: readonly ReferenceSchema[];
  /** Not a view or a foreign table. */
  isTable: boolean;
  /** Row-level security is on. */
  hasPolicies: boolean;
}

/** A foreign key of a relation. */
export interface ReferenceSchema {
  constraint: string;
  columns: readonly string[];
  to: string;
  toColumns: readonly string[];
}

export interface FunctionSchema {
  name: string;
  /** In order; the last `optional` ones have defaults. */
  parameters: readonly { name: string; type: string }[];
  optional: number;
  returnsSet: boolean;
  returns: 'void' | 'value' | 'row';
  isVolatile: boolean;
}

export interface DatabaseSchema {
  relations: ReadonlyMap<string, RelationSchema>;
  functions: ReadonlyMap<string, readonly FunctionSchema[]>;
  /** Whether anything in the database may read other settings of a request than the claims. */
  readsRequest: boolean;
  /** Whether anything in the database may read its position in the WAL. */
  readsWal: boolean;
  /** Whether anything in the database may change settings of the session. */
  changesSettings: boolean;
}

const RELATIONS = `
select json_build_object(
  'name', c.relname,
  'isTable', relkind in ('r', 'p'),
  'hasPolicies', relrowsecurity,
  'columns', (select json_agg(attname order by attnum) from pg_attribute
    where attrelid = c.oid and attnum > 0 and not attisdropped),
  'defaults', coalesce((select json_object_agg(attname, pg_get_expr(adbin, adrelid)) from pg_attribute
    join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = c.oid and attgenerated = ''), '{}'),
  'primaryKey', coalesce((select json_agg(attname order by array_position(conkey, attnum)) from pg_constraint
    join pg_attribute on attrelid = conrelid and attnum = any (conkey)
    where conrelid = c.oid and contype = 'p'), '[]'),
  'references', coalesce((select json_agg(json_build_object(
      'constraint', conname,
      'columns', (select json_agg(attname order by array_position(conkey, attnum)) from pg_attribute
        where attrelid = conrelid and attnum = any (conkey)),
      'to', (select relname from pg_class where oid = confrelid),
      'toColumns', (select json_agg(attname order by array_position(confkey, attnum)) from pg_attribute
        where attrelid = confrelid and attnum = any (confkey))) order by conname)
    from pg_constraint
    where conrelid = c.oid and contype = 'f' and confrelid::regclass::text not like '%.%'), '[]'))::text
from pg_class c
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
order by relname`;

const FUNCTIONS = `
select json_build_object(
  'name', proname,
  'parameters', coalesce((select json_agg(json_build_object(
      'name', coalesce(proargnames[at], ''), 'type', format_type(type, null)) order by at)
    from unnest(proargtypes::oid[]) with ordinality as argument (type, at)), '[]'),
  'optional', pronargdefaults,
  'returnsSet', proretset,
  'returns', case when prorettype = 'void'::regtype then 'void'
    when typtype = 'c' or prorettype = 'record'::regtype then 'row' else 'value' end,
  'isVolatile', provolatile = 'v')::text
from pg_proc join pg_type on pg_type.oid = prorettype
where pronamespace = 'public'::regnamespace and prokind = 'f' and prorettype <> 'trigger'::regtype
order by proname, pg_proc.oid`;

/** The text of everything that users have written in SQL. */
const SOURCES = `
select coalesce(pg_get_function_sqlbody(pg_proc.oid), prosrc) from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
  where nspname not in ('pg_catalog', 'information_schema')
union all select definition from pg_views where schemaname not in ('pg_catalog', 'information_schema')
union all select definition from pg_matviews
union all select concat(qual, ' ', with_check) from pg_policies
union all select pg_get_expr(adbin, adrelid) from pg_attrdef
union all select pg_get_constraintdef(oid) from pg_constraint where contype = 'c'
union all select pg_get_triggerdef(oid) from pg_trigger where tgqual is not null
union all select definition from pg_rules where schemaname not in ('pg_catalog', 'information_schema')`;

/** A setting of a request other than those of its token, or one whose name is computed. */
const READS_REQUEST = /request\.(?!jwt)|current_setting\s*\(\s*(?!')/i;
const CHANGES_SETTINGS = /\bset_config\b|\bset\s+(?:session\s+|local\s+)?(?:role|session)\b|\b(?:reset|discard)\b/i;

export function readSchema(connection: EngineConnection): DatabaseSchema {
  const relations = read<RelationSchema>(connection, RELATIONS).map((relation) => [relation.name, relation] as const);
  const functions = read<FunctionSchema>(connection, FUNCTIONS);
  const sources = connection.rows(SOURCES).map(([source]) => source ?? '');
  return {
    relations: new Map(relations),
    functions: Map.groupBy(functions, ({ name }) => name),
    readsRequest: sources.some((source) => READS_REQUEST.test(source)),
    readsWal: sources.some((source) => READS_WAL.test(source)),
    changesSettings: sources.some((source) => CHANGES_SETTINGS.test(source)),
  };
}

function read<T>(connection: EngineConnection, sql: string): T[] {
  return connection.rows(sql).map(([text]) => JSON.parse(text ?? 'null') as T);
}
