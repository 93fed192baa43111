/** What a new row of the progress needs besides its key: values of required columns, rows that they refer to, a user. */
import { UsageError } from '../errors.ts';
import { allowedValues, USER_ID, type ColumnInfo, type TableInfo } from './database-catalogue.ts';
import type { TableChoice } from './table-choice.ts';

export type RowValues = Readonly<Record<string, unknown>>;

export interface NeededRows {
  /** Columns of a new row. */
  row: RowValues;
  /** Rows that must exist before it, by table, in the order in which they can be inserted. */
  seed: Readonly<Record<string, readonly RowValues[]>>;
  /** The id of the user who must be signed in. */
  userId: string | undefined;
}

const MAX_DEPTH = 8;

/** @throws UsageError if a required column has a type of which no value is known */
export function neededRows(tables: readonly TableInfo[], { table: name, key, progress }: TableChoice): NeededRows {
  const table = tables.find((each) => each.schema === 'public' && each.name === name);
  if (table === undefined) return { row: {}, seed: {}, userId: undefined };
  const needs = new Needs(tables);
  const row = needs.valuesOf(table, new Set([key, progress]), 0);
  return { row, seed: needs.seed, userId: needs.userId };
}

class Needs {
  readonly seed: Record<string, RowValues[]> = {};
  userId: string | undefined;
  readonly #tables: readonly TableInfo[];

  constructor(tables: readonly TableInfo[]) {
    this.#tables = tables;
  }

  valuesOf(table: TableInfo, given: ReadonlySet<string>, depth: number): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    const owners = ownerColumns(table);
    for (const column of table.columns) {
      const { name } = column;
      const isNeeded = column.notNull && !column.hasDefault && !column.isComputed;
      if (given.has(name) || name in values || !(isNeeded || owners.has(name))) continue;
      if (owners.has(name)) this.userId ??= USER_ID;
      const referenced = this.#referenced(table, name, depth);
      values[name] = referenced ?? (owners.has(name) ? this.userId : valueFor(table, column));
    }
    return values;
  }

  /** The value of a foreign key: of a row that is there, of the user, or of a row that the seed gets. */
  #referenced({ references }: TableInfo, column: string, depth: number): unknown {
    const reference = references.find(({ columns }) => columns.includes(column));
    if (reference === undefined || depth >= MAX_DEPTH) return undefined;
    const toColumn = reference.toColumns[reference.columns.indexOf(column)] ?? 'id';
    if (reference.toSchema === 'auth' && reference.to === 'users') return (this.userId ??= USER_ID);
    const to = this.#tables.find(({ schema, name }) => schema === reference.toSchema && name === reference.to);
    if (to === undefined) return undefined;
    if (to.sample !== undefined) {
      if (Object.values(to.sample).includes(USER_ID)) this.userId ??= USER_ID;
      return to.sample[toColumn];
    }
    const planned = this.seed[to.name]?.[0] ?? this.#plan(to, toColumn, depth + 1);
    return planned[toColumn];
  }

  #plan(table: TableInfo, key: string, depth: number): RowValues {
    const values = this.valuesOf(table, new Set(), depth);
    const column = table.columns.find(({ name }) => name === key);
    const row = column === undefined || key in values ? values : { [key]: valueFor(table, column), ...values };
    this.seed[table.name] = [row];
    return row;
  }
}

/** The columns that policies compare with the user who is signed in. */
function ownerColumns({ policies, columns }: TableInfo): Set<string> {
  const found = policies.flatMap((policy) => [
    ...[...policy.matchAll(/auth\.uid\(\)(?: AS uid\))?\s*=\s*"?(\w+)"?/g)].map(([, name]) => name),
    ...[...policy.matchAll(/"?(\w+)"?\s*=\s*\(?\s*(?:SELECT )?auth\.uid\(\)/g)].map(([, name]) => name),
  ]);
  return new Set(columns.map(({ name }) => name).filter((name) => found.includes(name)));
}

const VALUES: readonly (readonly [type: RegExp, value: unknown])[] = [
  [/^uuid$/, USER_ID],
  [/^(smallint|integer|bigint|real|double precision|numeric)/, 1],
  [/^boolean$/, false],
  [/^jsonb?$/, {}],
  [/\[\]$/, []],
  [/^timestamp/, '2026-01-01T00:00:00Z'],
  [/^date$/, '2026-01-01'],
  [/^time /, '12:00'],
  [/^interval$/, '1 hour'],
  [/^inet$/, '127.0.0.1'],
];

function valueFor(table: TableInfo, column: ColumnInfo): unknown {
  const [allowed] = allowedValues(table, column);
  if (allowed !== undefined) return allowed;
  const known = VALUES.find(([type]) => type.test(column.type));
  if (known !== undefined) return known[1];
  if (/^(text|citext|character|varchar)/.test(column.type)) {
    if (/url|uri|link/i.test(column.name)) return 'https://example.com';
    return /e?mail/i.test(column.name) ? 'user@example.com' : column.name;
  }
  throw new UsageError(
    'init-value',
    `the column ${table.name}.${column.name} is required, and no value of its type ${column.type} is known`,
    'give the column a default, or write the subject yourself, with `row` or `seed`: docs/SUBJECT.md',
  );
}
