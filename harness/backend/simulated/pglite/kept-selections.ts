/** The SQL of the selections of a database, kept by their URLs: polls repeat the same one thousands of times. */
import { quotedIdentifier } from '../../insert-statement.ts';
import type { DatabaseSchema, RelationSchema } from './database-schema.ts';
import { SelectBuilder } from './sql-select.ts';
import { StatementValues } from './sql-text.ts';

export interface KeptSelection {
  /** Different for all selections. */
  number: number;
  rows: string;
  count: string;
  values: readonly string[];
  offset: number;
  /** Whether it reads nothing but the stored rows of one table, so far as its policies do not apply. */
  readsRowsAlone: boolean;
}

const KEPT_MAX = 1_000;
let numbers = 0;
const kept = new WeakMap<DatabaseSchema, Map<string, KeptSelection>>();

/** @throws RestError */
export function selectionOf(schema: DatabaseSchema, relation: RelationSchema, { pathname, search, searchParams }: URL) {
  let selections = kept.get(schema);
  if (selections === undefined) kept.set(schema, (selections = new Map()));
  const key = `${pathname}${search}`;
  let selection = selections.get(key);
  if (selection !== undefined) return selection;
  if (selections.size >= KEPT_MAX) selections.clear();
  const bound = new StatementValues();
  const source = { from: `public.${quotedIdentifier(relation.name)}`, relation: relation.name };
  const { rows, count, clauses } = new SelectBuilder(schema, searchParams, bound).statements(source, true);
  const readsRowsAlone = relation.isTable && !CALLS_OR_TIMES.test(search);
  selection = { number: ++numbers, rows, count, values: bound.values, offset: clauses.offset, readsRowsAlone };
  selections.set(key, selection);
  return selection;
}

/** Related tables and views may call functions; some texts are dates relative to now. */
const CALLS_OR_TIMES = /\(|%28|now|today|tomorrow|yesterday/i;
