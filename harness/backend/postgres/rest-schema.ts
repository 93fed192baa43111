/** Limits the schema that `@supabase/lite` has read to what PostgREST sees of it. */
import type { PostgresConnection } from './lite-library.ts';

export type Introspection = Awaited<ReturnType<PostgresConnection['introspect']>>;
export type RestFunction = NonNullable<Introspection['functions']>[number];

/** Types of the only parameter of a function that takes the whole body of a request. */
const BODY_TYPES = new Set(['json', 'jsonb', 'text', 'xml', 'bytea']);

/**
 * Without this, the library takes the columns of `auth.users` for those of `public.users`, and calls functions that
 * PostgREST does not see.
 */
export function exposedSchema(schema: Introspection, schemas: readonly string[]): Introspection {
  const isExposed = ({ schema: name }: { schema?: string }): boolean => schemas.includes(name ?? 'public');
  return {
    ...schema,
    tables: schema.tables.filter(isExposed),
    columns: schema.columns.filter(isExposed),
    indexes: schema.indexes.filter(isExposed),
    primary_keys: schema.primary_keys.filter(isExposed),
    views: schema.views.filter(isExposed),
    foreign_keys: schema.foreign_keys.filter(
      (key) => isExposed(key) && isExposed({ schema: key.ref_schema ?? 'public' }),
    ),
    functions: (schema.functions ?? [])
      .filter((candidate) => isExposed(candidate) && isCallable(candidate, schema))
      .map(withPlainJson),
  };
}

/**
 * As in PostgREST's schema cache: a parameter has a name, unless it is the only one and takes the body. A computed
 * column has one parameter of the type of its table.
 */
function isCallable({ arg_names: names, arg_types: types }: RestFunction, schema: Introspection): boolean {
  if (types.every((_, index) => (names[index] ?? '') !== '')) return true;
  const [type] = types;
  return types.length === 1 && type !== undefined && (BODY_TYPES.has(type) || relationOf(type, schema) !== undefined);
}

/**
 * The library encodes an argument of the type `json` or `jsonb` twice, unless the name of the type has a schema. It
 * finds functions that take the body by the name of the type.
 */
function withPlainJson(found: RestFunction): RestFunction {
  const takesBody = (found.arg_names[0] ?? '') === '';
  const typesOf = (types: string[]): string[] =>
    types.map((type) => (/^jsonb?$/.test(type) ? `pg_catalog.${type}` : type));
  return takesBody ? found : { ...found, arg_types: typesOf(found.arg_types) };
}

/** The table or view whose row type this is, as `format_type` writes it: without a schema if it is in `public`. */
export function relationOf(
  type: string,
  { tables, views }: Introspection,
): { name: string; schema?: string } | undefined {
  const parts = type.split('.').map((part) => part.replaceAll(/^"|"$/g, ''));
  const [name, schema = 'public'] = parts.toReversed();
  return [...tables, ...views].find((relation) => relation.name === name && (relation.schema ?? 'public') === schema);
}
