/** The changes of a commit to a model as Realtime reads them. The replica identity of every table is its primary key. */
import type { Row, Scalar } from '../../port/model.ts';
import type { PublishedTable, RowChange } from '../../port/stream.ts';
import { streamValue } from '../stream-values.ts';
import type { Change, View } from './versioned-rows.ts';

/** @param before what the primary showed before the commit */
export function publishedChanges(
  tables: readonly PublishedTable[],
  changes: readonly Change[],
  before: View,
): RowChange[] {
  const latest = new Map<string, Row | undefined>();
  const published: RowChange[] = [];
  for (const { table: name, id, from = id, row } of changes) {
    const table = tables.find((each) => each.name === name);
    if (table === undefined) continue;
    const place = `${name} ${from}`;
    const old = latest.has(place) ? latest.get(place) : before.rows(name).get(from);
    latest.set(place, undefined);
    latest.set(`${name} ${id}`, row);
    const change = changeOf(table, old, row);
    if (change !== undefined) published.push(change);
  }
  return published;
}

function changeOf(table: PublishedTable, old: Row | undefined, row: Row | undefined): RowChange | undefined {
  if (row === undefined) return old === undefined ? undefined : { table, type: 'DELETE', old: keyOf(table, old) };
  const written = valuesOf(table, row);
  if (old === undefined) return { table, type: 'INSERT', row: written };
  return { table, type: 'UPDATE', row: written, old: keyOf(table, old) };
}

function keyOf({ primaryKey, columns }: PublishedTable, row: Row): Record<string, unknown> {
  return valuesIn(
    columns.filter(({ name }) => primaryKey.includes(name)),
    row,
  );
}

function valuesOf({ columns }: PublishedTable, row: Row): Record<string, unknown> {
  return valuesIn(
    columns.filter(({ name }) => name in row),
    row,
  );
}

function valuesIn(columns: PublishedTable['columns'], row: Row): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, valueOf(row[name] ?? null, type)]));
}

function valueOf(value: Scalar, type: string): unknown {
  return typeof value === 'string' ? streamValue(value, type) : value;
}
