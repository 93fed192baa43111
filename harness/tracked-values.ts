/**
 * Translates rows of the tracked table, and the application's answers about them, into the terms of a history: a progress
 * from 0 to 100, the statuses `completed` and `failed`, and a key as text. Every reader of such values uses these
 * functions, so that a value is recorded in the same way wherever it was seen.
 */
import type { Commit, TrackedTable } from './port/backend.ts';
import type { ChangesOfStory } from './port/live-page.ts';
import type { Key, ObservedProgress } from './port/subject.ts';

/** A row by column: text from a replication stream, JSON from a request. */
type TrackedRow = Readonly<Record<string, unknown>>;

/** The table's name in two parts; a name without a schema is one of `public`. */
export function qualifiedTable({ table }: Pick<TrackedTable, 'table'>): { schema: string; name: string } {
  const dot = table.indexOf('.');
  return dot < 0 ? { schema: 'public', name: table } : { schema: table.slice(0, dot), name: table.slice(dot + 1) };
}

export function keyColumns({ key }: Pick<TrackedTable, 'key'>): readonly string[] {
  return typeof key === 'string' ? [key] : key;
}

/** The key of a row as text; of a composite key, a JSON list of the texts in the order of the columns. */
export function rowKeyText(row: TrackedRow, tracked: Pick<TrackedTable, 'key'>): string {
  return joined(keyColumns(tracked).map((column) => String(row[column] ?? '')));
}

/** The text of a key, which is equal to `rowKeyText` of its row. */
export function keyText(key: Key, tracked: Pick<TrackedTable, 'key'>): string {
  return rowKeyText(keyRow(key, tracked), tracked);
}

/** A key as column → value. */
export function keyRow(key: Key, tracked: Pick<TrackedTable, 'key'>): Readonly<Record<string, unknown>> {
  if (typeof key === 'object') return key;
  const [column = ''] = keyColumns(tracked);
  return { [column]: key };
}

/** The same for a row that was pushed: `undefined` if it is that of another key, or has no progress, as a deletion. */
export function progressOfKey(row: TrackedRow, key: Key, tracked: TrackedTable): ObservedProgress | undefined {
  if (row[tracked.progress] === undefined || rowKeyText(row, tracked) !== keyText(key, tracked)) return undefined;
  return rowProgress(row, tracked);
}

/** What to subscribe to for the row of a key. */
export function changesOfRow(key: Key, tracked: Pick<TrackedTable, 'table' | 'key'>): ChangesOfStory {
  const [column = ''] = keyColumns(tracked);
  const { schema, name } = qualifiedTable(tracked);
  return { event: '*', schema, table: name, filter: `${column}=eq.${String(keyRow(key, tracked)[column] ?? '')}` };
}

function joined(texts: readonly string[]): string {
  return texts.length === 1 ? texts.join('') : JSON.stringify(texts);
}

/** A committed row in the terms of a history. A missing progress is 0, a missing generation is 1. */
export function trackedCommit(row: TrackedRow, tracked: TrackedTable): Omit<Commit, 'lsn' | 'promoted'> {
  const { generation, progress, status } = tracked;
  const word = status === undefined ? undefined : row[status];
  return {
    key: rowKeyText(row, tracked),
    generation: generation === undefined ? 1 : Number(row[generation] ?? 1),
    progress: percentOf(row[progress] ?? 0, tracked),
    status: word === undefined || word === null ? undefined : statusOf(String(word), tracked),
  };
}

/** The progress of a row, as a page observes it. */
export function rowProgress(row: TrackedRow, tracked: TrackedTable): ObservedProgress {
  const { generation, progress, status } = trackedCommit(row, tracked);
  return { generation, progress, ...(status === undefined ? {} : { status }) };
}

/** A progress in per cent. `NaN` if the value is neither a number nor the text of one. */
export function percentOf(value: unknown, { progressMax = 100 }: Pick<TrackedTable, 'progressMax'>): number {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const progress = isNumber ? Number(value) : Number.NaN;
  return progressMax === 100 ? progress : Number(((progress * 100) / progressMax).toFixed(DECIMALS));
}

/** A product such as 0.07 * 100 is not a whole number in floating point. */
const DECIMALS = 9;

export function statusOf(word: string, { statusWords }: Pick<TrackedTable, 'statusWords'>): string {
  if (statusWords === undefined) return word;
  if (isAmong(word, statusWords.completed)) return 'completed';
  return isAmong(word, statusWords.failed) ? 'failed' : word;
}

function isAmong(word: string, words: string | readonly string[] = []): boolean {
  return typeof words === 'string' ? words === word : words.includes(word);
}
