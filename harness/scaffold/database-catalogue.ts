/** What the migrations of a project create, as far as a subject depends on it. */

export interface ColumnInfo {
  name: string;
  /** As PostgreSQL writes it, for example `numeric(3,2)`. */
  type: string;
  notNull: boolean;
  /** The database has a value if none is given: a default, an identity, a generated column. */
  hasDefault: boolean;
  /** The database computes the value, and accepts no other. */
  isComputed: boolean;
  /** The labels of an enum; otherwise empty. */
  labels: readonly string[];
}

export interface TableInfo {
  schema: string;
  name: string;
  columns: readonly ColumnInfo[];
  primaryKey: readonly string[];
  references: readonly ReferenceInfo[];
  checks: readonly CheckInfo[];
  /** The conditions of the policies for reading. */
  policies: readonly string[];
  /** One row, if the seed of the project, or a trigger for a new user, has made one. */
  sample?: Readonly<Record<string, unknown>> | undefined;
}

export interface ReferenceInfo {
  columns: readonly string[];
  toSchema: string;
  to: string;
  toColumns: readonly string[];
}

export interface CheckInfo {
  columns: readonly string[];
  /** As PostgreSQL writes it, for example `CHECK ((pct <= (1)::numeric))`. */
  definition: string;
}

/** The user who is signed in, where an application needs one. */
export const USER_ID = '5f0f3c52-7a1e-4b6d-9c3a-2d8e41b7a690';

/** One JSON text a row: a `TableInfo` without its sample. */
export const TABLES_SQL = `
select json_build_object(
  'schema', nspname,
  'name', relname,
  'columns', (select json_agg(json_build_object(
      'name', attname, 'type', format_type(atttypid, atttypmod), 'notNull', attnotnull,
      'hasDefault', atthasdef or attidentity <> '', 'isComputed', attgenerated <> '' or attidentity = 'a',
      'labels', coalesce((select json_agg(enumlabel order by enumsortorder) from pg_enum
        where enumtypid = atttypid), '[]')) order by attnum)
    from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
  'primaryKey', coalesce((select json_agg(attname order by array_position(conkey, attnum)) from pg_constraint
    join pg_attribute on attrelid = conrelid and attnum = any (conkey)
    where conrelid = c.oid and contype = 'p'), '[]'),
  'references', coalesce((select json_agg(json_build_object(
      'columns', (select json_agg(attname order by array_position(conkey, attnum)) from pg_attribute
        where attrelid = conrelid and attnum = any (conkey)),
      'toSchema', (select relnamespace::regnamespace::text from pg_class where oid = confrelid),
      'to', (select relname from pg_class where oid = confrelid),
      'toColumns', (select json_agg(attname order by array_position(confkey, attnum)) from pg_attribute
        where attrelid = confrelid and attnum = any (confkey))) order by conname)
    from pg_constraint where conrelid = c.oid and contype = 'f'), '[]'),
  'checks', coalesce((select json_agg(json_build_object(
      'columns', (select json_agg(attname) from pg_attribute where attrelid = conrelid and attnum = any (conkey)),
      'definition', pg_get_constraintdef(oid)) order by conname)
    from pg_constraint where conrelid = c.oid and contype = 'c' and conkey is not null), '[]'),
  'policies', coalesce((select json_agg(pg_get_expr(polqual, polrelid)) from pg_policy
    where polrelid = c.oid and polqual is not null and polcmd in ('r', '*')), '[]'))::text
from pg_class c join pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'p') and not relispartition and nspname in ('public', 'auth')
order by relname`;

/** The values that a check or an enum allows in a column; empty if anything is allowed. */
export function allowedValues({ checks }: TableInfo, { name, labels }: ColumnInfo): readonly string[] {
  if (labels.length > 0) return labels;
  const own = checks.filter(({ columns }) => columns.length === 1 && columns[0] === name);
  const lists = own.filter(({ definition }) => /\bANY\b|\bIN\b|=\s*'/.test(definition));
  return lists.flatMap(({ definition }) =>
    [...definition.matchAll(/'((?:[^']|'')*)'::/g)].map(([, value = '']) => value.replaceAll("''", "'")),
  );
}
