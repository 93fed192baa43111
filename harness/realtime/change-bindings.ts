/** The bindings of a join to `postgres_changes`, their ids, and what each of them matches. */
import type { ChangeFeed, PublishedTable, RowChange } from '../port/stream.ts';
import { parseFilter, type ChangeFilter } from './change-filters.ts';

/** As a client writes it in `config.postgres_changes`; the reply repeats every field. */
export interface BindingParameters {
  event?: unknown;
  schema?: unknown;
  table?: unknown;
  filter?: unknown;
  select?: unknown;
}

export interface Binding {
  id: number;
  parameters: BindingParameters;
}

/** A binding that is in effect. */
export interface ActiveBinding {
  id: number;
  select: readonly string[] | undefined;
  /** Whether the binding is for the change, whatever its filter. */
  isFor(change: RowChange): boolean;
  filter: ChangeFilter | undefined;
}

/** In the order of the join. The same parameters have the same id. */
export function bindingsOf(config: unknown): Binding[] {
  const list = (config as { postgres_changes?: unknown } | undefined)?.postgres_changes;
  if (!Array.isArray(list)) return [];
  return list.map((parameters: BindingParameters) => ({ id: idOf(JSON.stringify(parameters)), parameters }));
}

/** @throws Error with the text of the message to the client, for a table that is not published or a bad filter */
export function activate({ id, parameters }: Binding, feed: Pick<ChangeFeed, 'table'>): ActiveBinding {
  const { event = '*', schema = 'public', table = '*', filter, select } = parameters;
  const of = `[event: ${String(event)}, schema: ${String(schema)}, table: ${String(table)}, filters: ${filter === undefined ? '[]' : String(filter)}]`;
  const refused = (why: string): Error =>
    new Error(
      `Unable to subscribe to changes with given parameters. ${why} Please check Realtime is enabled for the given connect parameters: ${of}`,
    );
  let found: PublishedTable | undefined;
  if (table !== '*') {
    found = feed.table(String(schema), String(table));
    if (found === undefined) throw refused('The table is not in the publication supabase_realtime.');
  }
  const text = typeof filter === 'string' && filter !== '' ? filter : undefined;
  if (text !== undefined && found === undefined) throw refused('A filter needs a table.');
  try {
    return {
      id,
      select: typeof select === 'string' ? select.split(',').map((name) => name.trim()) : undefined,
      isFor: (change) =>
        (event === '*' || String(event).toUpperCase() === change.type) &&
        (schema === '*' || schema === change.table.schema) &&
        (table === '*' || table === change.table.name),
      filter: text === undefined ? undefined : parseFilter(text, found!),
    };
  } catch (error) {
    throw refused(`${(error as Error).message}.`);
  }
}

/** Whether the filter lets the change pass: of an update the new row, of a deletion what the log has of the old one. */
export function passes({ filter }: ActiveBinding, change: RowChange): boolean {
  if (filter === undefined) return true;
  return filter((change.type === 'DELETE' ? change.old : { ...change.old, ...change.row }) ?? {}) === true;
}

const ID_BITS = 27;

/** FNV-1a. */
function idOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> (32 - ID_BITS);
}
