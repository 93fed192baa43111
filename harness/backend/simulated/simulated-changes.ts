/** What Realtime reads of a simulation: the changes of published tables, passed on at their commit. */
import type { ChangeFeed, PublishedTable, RowChange, SlotState } from '../../port/stream.ts';
import { ChangeListeners } from '../change-listeners.ts';
import { streamValue } from '../stream-values.ts';
import type { Change, View } from './versioned-rows.ts';
import type { Row } from '../../port/model.ts';

export class SimulatedChanges implements ChangeFeed {
  readonly #tables: ReadonlyMap<string, PublishedTable>;
  readonly #listeners = new ChangeListeners();

  constructor(tables: readonly PublishedTable[]) {
    this.#tables = new Map(tables.map((table) => [table.name, table]));
  }

  tables(): readonly PublishedTable[] {
    return [...this.#tables.values()];
  }

  table(schema: string, name: string): PublishedTable | undefined {
    return schema === 'public' ? this.#tables.get(name) : undefined;
  }

  readonly follow = this.#listeners.follow;

  /** Of a primary that is lost, or of the new one. */
  slot(state: SlotState): void {
    this.#listeners.slot(state);
  }

  delivered(): void {}

  /** @param before what the primary showed before the commit */
  committed(changes: readonly Change[], before: View, committedAtMs: number): void {
    if (this.#listeners.isEmpty) return;
    const latest = new Map<string, Row | undefined>();
    const published: RowChange[] = [];
    for (const { table: name, id, from = id, row } of changes) {
      const table = this.#tables.get(name);
      if (table === undefined) continue;
      const place = `${name} ${from}`;
      const old = latest.has(place) ? latest.get(place) : before.rows(name).get(from);
      latest.set(place, undefined);
      latest.set(`${name} ${id}`, row);
      const change = changeOf(table, old, row);
      if (change !== undefined) published.push(change);
    }
    if (published.length === 0) return;
    this.#listeners.pass({ committedAtMs, changes: published });
  }
}

function changeOf(table: PublishedTable, old: Row | undefined, row: Row | undefined): RowChange | undefined {
  if (row === undefined) return old === undefined ? undefined : { table, type: 'DELETE', old: keyOf(table, old) };
  const written = valuesOf(table, row);
  if (old === undefined) return { table, type: 'INSERT', row: written };
  return { table, type: 'UPDATE', row: written, old: keyOf(table, old) };
}

/** The replica identity of every table is its primary key. */
function keyOf({ primaryKey, columns }: PublishedTable, row: Row): Record<string, unknown> {
  const key = columns.filter(({ name }) => primaryKey.includes(name));
  return Object.fromEntries(key.map(({ name, type }) => [name, valueOf(row[name] ?? null, type)]));
}

function valuesOf({ columns }: PublishedTable, row: Row): Record<string, unknown> {
  const known = columns.filter(({ name }) => name in row);
  return Object.fromEntries(known.map(({ name, type }) => [name, valueOf(row[name] ?? null, type)]));
}

/** A model has values, an engine has texts. */
function valueOf(value: Row[string], type: string): unknown {
  return typeof value === 'string' ? streamValue(value, type) : value;
}
