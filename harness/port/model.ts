/**
 * What a subject's migrations make of the database, said once more in TypeScript, for backends that have no SQL. The
 * differential test of the simulated backend holds a model against its migrations on PostgreSQL.
 */

export type Scalar = string | number | boolean | null;

/** A row version as REST shows it; never changed, only replaced. */
export type Row = Readonly<Record<string, Scalar>>;

/** `text` stands for all types whose values are strings and compare as such. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'timestamptz';

export interface ColumnModel {
  type: ColumnType;
  notNull?: boolean;
  default?: Scalar | 'now()';
}

export interface TableModel {
  /** In the order of the migration. */
  columns: Readonly<Record<string, ColumnModel>>;
  primaryKey: readonly string[];
  /** Constraint name → whether a row satisfies it. As in SQL, `null` satisfies. */
  checks?: Readonly<Record<string, (row: Row) => boolean | null>>;
  /** Constraint name → columns, each with the primary key of another table. */
  references?: Readonly<Record<string, { columns: readonly string[]; table: string; onDelete?: 'cascade' }>>;
  /** A `before update … for each row` trigger: the row to store, or `null` to skip it. */
  beforeUpdate?(old: Row, next: Row): Row | null;
  /** With row-level security: what the policies let everybody do. Without this field there is none. */
  policies?: readonly ('select' | 'insert' | 'update' | 'delete')[];
}

/** What a function may do to the database, in its one transaction. */
export interface Transaction {
  select(table: string, where?: (row: Row) => boolean): readonly Row[];
  insert(table: string, row: Readonly<Record<string, Scalar>>): Row;
  /** @returns the rows as stored; those that a trigger skipped are missing */
  update(table: string, change: Readonly<Record<string, Scalar>>, where: (row: Row) => boolean): readonly Row[];
  delete(table: string, where: (row: Row) => boolean): readonly Row[];
  /** `now()`, in the form in which a row holds it. */
  now(): string;
  /** `raise exception`: the caller is answered with this code, and nothing has happened. */
  raise(code: string, message: string, more?: { detail?: string; hint?: string }): never;
}

export interface FunctionModel {
  /** Parameter → its type; all but those in `optional` must be given. */
  parameters: Readonly<Record<string, ColumnType>>;
  optional?: readonly string[];
  /** `row` and `rows`: of a table's type; `rows` is `returns setof`. */
  returns: { row: string } | { rows: string } | ColumnType | 'void';
  /** `volatile` functions cannot be called by GET, nor write on a replica. */
  volatility?: 'volatile' | 'stable' | 'immutable';
  /** Who may execute it. Default: both. */
  grants?: readonly ('anon' | 'service_role')[];
  run(db: Transaction, args: Readonly<Record<string, Scalar>>): Row | readonly Row[] | Scalar | void;
}

export interface DatabaseModel {
  tables: Readonly<Record<string, TableModel>>;
  functions?: Readonly<Record<string, FunctionModel>>;
}
