/** Selects, inserts, updates and deletes rows of a table in a transaction. */
import type { Row, Scalar } from '../../port/model.ts';
import { valuesOf } from './call.ts';
import type { Call, Given } from './call.ts';
import type { FilteredTable } from './filters.ts';
import type { Result } from './rest-answer.ts';
import { allowedRows, both, requireAllowed, violation } from './row-security.ts';
import type { Query } from './rest-query.ts';
import { databaseError, notSimulated, type RestError } from './rest-error.ts';
import { idOf, type OpenTransaction } from './transaction.ts';

export function select(call: Call, table: FilteredTable, query: Query, transaction: OpenTransaction): readonly Row[] {
  const allowed = allowedRows(call, table, 'select');
  return allowed === false ? [] : transaction.select(table.name, both(query.matches, allowed));
}

export function insert(
  call: Call,
  table: FilteredTable,
  query: Query,
  body: Given,
  transaction: OpenTransaction,
): Result {
  const { resolution, missingDefault } = call.prefer;
  requireNoWindow(query, 'an insertion');
  if (body.rows.length > 0 && allowedRows(call, table, 'insert') === false) throw violation(call, table);
  const stored: Row[] = [];
  const touched = new Set<string>();
  let inserted = 0;
  for (const values of body.rows.map((row) => valuesOf(table, body.names, row, missingDefault))) {
    const existing = resolution === undefined ? undefined : conflicting(transaction, table, query, values);
    if (existing === undefined) {
      const row = transaction.insert(table.name, values);
      touched.add(idOf(table.model, row));
      stored.push(row);
      inserted += 1;
    } else if (resolution === 'merge-duplicates') {
      const id = idOf(table.model, existing);
      if (touched.has(id)) throw touchedTwice();
      requireAllowed(call, table, 'update', [existing]);
      const changed = transaction.update(table.name, values, (row) => idOf(table.model, row) === id);
      // A row that a trigger skipped may be proposed again.
      if (changed.length > 0) touched.add(id);
      stored.push(...changed);
    }
  }
  requireAllowed(call, table, 'insert', stored);
  const status = resolution === 'merge-duplicates' && inserted === 0 ? 200 : 201;
  return { status, rows: stored, total: stored.length, hasRange: false };
}

export function update(
  call: Call,
  table: FilteredTable,
  query: Query,
  body: Given,
  transaction: OpenTransaction,
): Result {
  const {
    names,
    rows: [change, ...others],
  } = body;
  if (change === undefined || others.length > 0) throw notSimulated('an update with several rows in its body');
  const allowed = allowedRows(call, table, 'update');
  if (allowed === false) return { status: 200, rows: [], total: 0, hasRange: true };
  requireNoWindow(query, 'an update');
  const isVisible = visibleToChange(call, table, query);
  const rows = transaction.update(table.name, valuesOf(table, names, change, false), both(isVisible, allowed));
  requireAllowed(call, table, 'update', rows);
  return { status: 200, rows, total: rows.length, hasRange: true };
}

export function remove(call: Call, table: FilteredTable, query: Query, transaction: OpenTransaction): Result {
  requireNoWindow(query, 'a deletion');
  const allowed = allowedRows(call, table, 'delete');
  const isVisible = both(visibleToChange(call, table, query), allowed);
  const rows = allowed === false ? [] : transaction.delete(table.name, isVisible);
  return { status: 200, rows, total: rows.length, hasRange: false };
}

function requireNoWindow(query: Query, what: string): void {
  if (query.limit !== undefined || query.offset > 0) throw notSimulated(`${what} with a limit`);
  if (query.order !== undefined) throw notSimulated(`${what} with an order`);
}

function conflicting(
  transaction: OpenTransaction,
  { name, model }: FilteredTable,
  query: Query,
  values: Record<string, Scalar>,
): Row | undefined {
  const { onConflict } = query;
  if (
    onConflict.length !== model.primaryKey.length ||
    onConflict.some((column) => !model.primaryKey.includes(column))
  ) {
    throw databaseError('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification');
  }
  return transaction.find(name, idOf(model, transaction.propose(name, values)));
}

function touchedTwice(): RestError {
  const hint = 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.';
  return databaseError('21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time', { hint });
}

/** The rows that a change finds: a policy for reading that depends on the row hides others from it. */
function visibleToChange(call: Call, table: FilteredTable, query: Query): (row: Row) => boolean {
  const visible = allowedRows(call, table, 'select');
  return typeof visible === 'function' ? both(query.matches, visible) : query.matches;
}
