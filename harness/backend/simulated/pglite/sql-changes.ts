/** The SQL of insertions, updates and deletions. The rows of a body are parsed by PostgreSQL. */
import { quotedIdentifier } from '../../insert-statement.ts';
import type { Call, Given } from '../call.ts';
import { notSimulated } from '../rest-error.ts';
import type { RelationSchema } from './database-schema.ts';
import type { Clauses } from './sql-select.ts';
import { literal, type StatementValues } from './sql-text.ts';

/** Selects whether a returned row was inserted, not updated. */
const IS_INSERTED = `(xmax = 0) as ${quotedIdentifier('_inserted')}`;

export function insertion(
  call: Call,
  relation: RelationSchema,
  given: Given,
  isReturning: boolean,
  values: StatementValues,
): string {
  const { resolution } = call.prefer;
  const target = quotedIdentifier(relation.name);
  const conflict = resolution === undefined ? '' : conflictOf(call, relation, given.names);
  const returned = [...(isReturning ? [`${target}.*`] : []), ...(tellsInserted(call) ? [IS_INSERTED] : [])];
  const returning = returned.length === 0 ? '' : ` returning ${returned.join(', ')}`;
  return `insert into public.${target} as ${target} ${rowsOf(call, relation, given, values)}${conflict}${returning}`;
}

/** Whether the answer depends on which rows are new. */
export function tellsInserted({ method, prefer }: Call): boolean {
  return method === 'POST' && prefer.resolution === 'merge-duplicates';
}

function rowsOf(call: Call, relation: RelationSchema, given: Given, values: StatementValues): string {
  const { names, rows } = given;
  if (names.length === 0 && rows.length === 1) return 'default values';
  const body = values.add(call.body.trimStart().startsWith('[') ? call.body : `[${call.body}]`);
  if (names.length === 0) return `select from json_array_elements(${body})`;
  return `(${names.map(quotedIdentifier).join(', ')}) ${columnsOf(call, relation, names, body)}`;
}

function columnsOf(call: Call, relation: RelationSchema, names: readonly string[], body: string): string {
  const type = `null::public.${quotedIdentifier(relation.name)}`;
  if (!call.prefer.missingDefault) {
    return `select ${names.map((name) => `_row.${quotedIdentifier(name)}`).join(', ')} from json_populate_recordset(${type}, ${body}) as _row`;
  }
  const columns = names.map((name) => {
    const given = `(_row._parsed).${quotedIdentifier(name)}`;
    const standard = relation.defaults[name];
    return standard === undefined ? given : `case when _given ? ${literal(name)} then ${given} else ${standard} end`;
  });
  // The order makes PostgreSQL parse all rows before it stores the first one.
  const parsed = `select _given, jsonb_populate_record(${type}, _given) as _parsed from jsonb_array_elements(${body}) with ordinality as _rows (_given, _at) order by _at`;
  return `select ${columns.join(', ')} from (${parsed}) as _row`;
}

function conflictOf(call: Call, relation: RelationSchema, names: readonly string[]): string {
  const given = call.url.searchParams.get('on_conflict');
  const columns = given?.split(',').map((name) => name.trim().replace(/^"(.*)"$/s, '$1')) ?? relation.primaryKey;
  if (columns.length === 0) return '';
  const target = ` on conflict (${columns.map(quotedIdentifier).join(', ')})`;
  if (call.prefer.resolution === 'ignore-duplicates' || names.length === 0) return `${target} do nothing`;
  const set = names.map((name) => `${quotedIdentifier(name)} = excluded.${quotedIdentifier(name)}`);
  return `${target} do update set ${set.join(', ')}`;
}

export function change(
  relation: RelationSchema,
  given: Given,
  clauses: Clauses,
  isReturning: boolean,
  values: StatementValues,
): string {
  requireNoWindow(clauses, 'an update');
  const [row, ...others] = given.rows;
  if (row === undefined || others.length > 0) throw notSimulated('an update with several rows in its body');
  const target = quotedIdentifier(relation.name);
  const set = given.names.map((name) => `${quotedIdentifier(name)} = ${valueOf(relation, name, row[name], values)}`);
  return `update public.${target} as ${target} set ${set.join(', ')}${clauses.where}${isReturning ? ` returning ${target}.*` : ''}`;
}

/** A parameter without a type, which PostgreSQL parses before it looks for rows; for arrays and objects, JSON. */
function valueOf(relation: RelationSchema, name: string, value: unknown, values: StatementValues): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value !== 'object') return values.add(String(value));
  const row = values.add(JSON.stringify({ [name]: value }));
  return `(json_populate_record(null::public.${quotedIdentifier(relation.name)}, ${row})).${quotedIdentifier(name)}`;
}

export function deletion(relation: RelationSchema, clauses: Clauses, isReturning: boolean): string {
  requireNoWindow(clauses, 'a deletion');
  const target = quotedIdentifier(relation.name);
  return `delete from public.${target} as ${target}${clauses.where}${isReturning ? ` returning ${target}.*` : ''}`;
}

export function requireNoWindow({ window, hasWindow }: Clauses, what: string): void {
  if (hasWindow) throw notSimulated(`${what} with ${window.startsWith(' order') ? 'an order' : 'a limit'}`);
}
