/** Adapts the call of a function, as `@supabase/lite` has parsed it, to what PostgREST makes of the same request. */
import { relationOf, type Introspection, type RestFunction } from './rest-schema.ts';

/** The parts of the library's syntax tree that are changed here. */
export interface Call {
  function?: string;
  schema?: string;
  args?: object | unknown[];
  paramsType?: string;
  inputType?: string;
}

export function adaptedCall<Tree extends Call>(call: Tree, schema: Introspection): Tree {
  const { function: name, args } = call;
  if (name === undefined || args === undefined || Array.isArray(args)) return call;
  const candidates = (schema.functions ?? []).filter(
    (candidate) => candidate.name === name && candidate.schema === (call.schema ?? 'public'),
  );
  const entries = Object.entries(args as Record<string, unknown>);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === '' && candidates.some(takesText)) return withText(call, first[1]);
  const named = candidates.find(({ arg_names: names }) => entries.every(([key]) => names.includes(key)));
  if (named === undefined) return call;
  return {
    ...call,
    args: Object.fromEntries(entries.map(([key, value]) => [key, bound(value, typeOf(named, key), schema)])),
  };
}

function takesText({ arg_names: names, arg_types: types }: RestFunction): boolean {
  return types.length === 1 && types[0] === 'text' && (names[0] ?? '') === '';
}

/** The library takes a list of arguments by position, but only in place of a body of text. */
function withText<Tree extends Call>(call: Tree, value: unknown): Tree {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { ...call, args: [text], paramsType: 'positional', inputType: 'text' };
}

function typeOf({ arg_names: names, arg_types: types }: RestFunction, key: string): string {
  return types[names.indexOf(key)] ?? '';
}

/**
 * An object in place of a row, as PostgreSQL's text form of the row; a boolean in place of JSON, as an object that
 * encodes as one, because the client would bind a boolean; any other value unchanged.
 */
function bound(value: unknown, type: string, schema: Introspection): unknown {
  if (typeof value === 'boolean' && /jsonb?$/.test(type)) return { toJSON: () => value };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const relation = relationOf(type, schema);
  if (relation === undefined) return value;
  const columns = schema.columns
    .filter(({ table, schema: of }) => table === relation.name && of === relation.schema)
    .sort((a, b) => a.ordinal_position - b.ordinal_position);
  return `(${columns.map(({ name }) => fieldOf((value as Record<string, unknown>)[name])).join(',')})`;
}

function fieldOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = Array.isArray(value) && !value.some((item) => typeof item === 'object') ? arrayOf(value) : textOf(value);
  return quoted(text);
}

function arrayOf(items: readonly unknown[]): string {
  return `{${items.map((item) => quoted(textOf(item))).join(',')}}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
