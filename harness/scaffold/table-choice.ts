/** Which table of a project has a progress, and in which columns: proposals, the most likely one first. */
import { allowedValues, type ColumnInfo, type TableInfo } from './database-catalogue.ts';

/** The fields of `database` in a subject that name the table and its columns. */
export interface TableChoice {
  table: string;
  key: string;
  keyOf: 'text' | 'uuid' | 'bigint';
  progress: string;
  /** The value of the progress at 100%. */
  max: number;
  status?: StatusChoice | undefined;
  generation?: string | undefined;
}

export interface StatusChoice {
  column: string;
  completed: readonly string[];
  failed: readonly string[];
}

const PROGRESS =
  /^(progress|percent|percentage|pct|completion|progress_(percent|percentage|pct)|percent_(complete|done)|\w+_progress)$/i;
const PROGRESS_PART = /progress|percent|pct|completion|fraction/i;
const STATUS = /(^|_)(status|state|phase|stage)$/i;
const GENERATION = /^(generation|generation_(id|number|no)|attempt|attempts|run|run_(id|number|no)|version|revision)$/i;
const COMPLETED = /^(complete|completed|done|finished|succeeded|success|successful|ready)$/i;
const FAILED = /^(fail|failed|failure|error|errored|cancell?ed|aborted)$/i;
const NUMBER = /^(smallint|integer|bigint|real|double precision|numeric)/;
const INTEGER = /^(smallint|integer|bigint)$/;

/** One proposal for each table that has a number that may be a progress. */
export function rankTables(tables: readonly TableInfo[]): TableChoice[] {
  const found = tables
    .filter(({ schema }) => schema === 'public')
    .flatMap((table) => {
      const progress = progressColumns(table)[0];
      return progress === undefined || table.primaryKey.length === 0 ? [] : [{ table, progress }];
    });
  const ranked = found.map(({ table, progress }) => ({
    choice: tableChoice(table, likelyKey(table) ?? 'id', progress.name),
    score: (PROGRESS.test(progress.name) ? 4 : 1) + (statusColumn(table) === undefined ? 0 : 2),
  }));
  return ranked.sort((a, b) => b.score - a.score).map(({ choice }) => choice);
}

/** The numbers that may be a progress, the most likely one first. */
export function progressColumns({ columns, primaryKey }: TableInfo): ColumnInfo[] {
  const numbers = columns.filter(({ name, type }) => NUMBER.test(type) && !primaryKey.includes(name));
  const exact = numbers.filter(({ name }) => PROGRESS.test(name));
  return [...exact, ...numbers.filter((each) => PROGRESS_PART.test(each.name) && !exact.includes(each))];
}

/**
 * The only column of the primary key, or the only one that refers to no other table: the others have the same value in
 * every row of a run. `undefined` if there is no such column.
 */
export function likelyKey({ primaryKey, references }: TableInfo): string | undefined {
  const isReference = (name: string): boolean => references.some(({ columns }) => columns.includes(name));
  const own = primaryKey.length === 1 ? primaryKey : primaryKey.filter((name) => !isReference(name));
  return own.length === 1 ? own[0] : undefined;
}

/** What is likely of a table, given the columns of its key and its progress. */
export function tableChoice(table: TableInfo, key: string, progress: string): TableChoice {
  const status = statusColumn(table);
  return {
    table: table.name,
    key,
    keyOf: keyTypeOf(table.columns.find(({ name }) => name === key)?.type),
    progress,
    max: maxOf(table, progress) ?? 100,
    status: status === undefined ? undefined : statusChoice(table, status),
    generation: table.columns.find(({ name, type }) => GENERATION.test(name) && INTEGER.test(type))?.name,
  };
}

/** The words of a column for the end of a generation. */
export function statusChoice(table: TableInfo, column: ColumnInfo): StatusChoice {
  const values = allowedValues(table, column);
  const completed = values.filter((value) => COMPLETED.test(value));
  const failed = values.filter((value) => FAILED.test(value));
  return { column: column.name, completed, failed };
}

/** By its name, which may be in another language: then the only column whose values are listed. */
function statusColumn(table: TableInfo): ColumnInfo | undefined {
  const texts = table.columns.filter(({ type, labels }) => labels.length > 0 || isText(type));
  const listed = texts.filter((column) => allowedValues(table, column).length > 1);
  return texts.find(({ name }) => STATUS.test(name)) ?? (listed.length === 1 ? listed[0] : undefined);
}

function keyTypeOf(type: string | undefined): TableChoice['keyOf'] {
  if (type === 'uuid') return 'uuid';
  return type !== undefined && INTEGER.test(type) ? 'bigint' : 'text';
}

/** From a check such as `pct <= 1`, or from a type with as many digits as decimals; `undefined` if neither says it. */
function maxOf({ checks, columns }: TableInfo, progress: string): number | undefined {
  const own = checks.filter((check) => check.columns.length === 1 && check.columns[0] === progress);
  for (const { definition } of own) {
    const [, max] = /<=\s*\(?'?(\d+(?:\.\d+)?)/.exec(definition) ?? [];
    if (max !== undefined && Number(max) > 0) return Number(max);
  }
  const type = columns.find(({ name }) => name === progress)?.type ?? '';
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined && Number(precision) - Number(scale) <= 1) return 1;
  if (INTEGER.test(type)) return 100;
  return /fraction|ratio/i.test(progress) ? 1 : undefined;
}

function isText(type: string): boolean {
  return /^(text|citext|character varying|varchar)/.test(type);
}
