/**
 * The database that a subject's migrations create, described in TypeScript, for backends that have no SQL. A
 * differential test compares a model with its migrations on PostgreSQL.
 */

export type Scalar = string | number | boolean | null;

/** A row version as REST returns it; immutable. */
export type Row = Readonly<Record<string, Scalar>>;

/** `text` stands for all types whose values are strings and are compared as strings. A `numeric` has no fixed scale. */
export type ColumnType = 'text' | 'integer' | 'numeric' | 'boolean' | 'timestamptz';

export interface ColumnModel {
  type: ColumnType;
  notNull?: boolean;
  default?: Scalar | 'now()';
}

export interface TableModel {
  /** In the order of the migration. */
  columns: Readonly<Record<string, ColumnModel>>;
  primaryKey: readonly string[];
  /** The publication `supabase_realtime` has the table: its changes can be subscribed to. */
  isPublished?: true;
  /** Constraint name → whether a row satisfies it. As in SQL, `null` counts as satisfied. */
  checks?: Readonly<Record<string, (row: Row) => boolean | null>>;
  /** Constraint name → columns, each with the primary key of another table. */
  references?: Readonly<Record<string, { columns: readonly string[]; table: string; onDelete?: 'cascade' }>>;
  /** A `before update … for each row` trigger: the row to store, or `null` to skip it. It may raise an exception. */
  beforeUpdate?(old: Row, next: Row, db: Pick<Transaction, 'raise'>): Row | null;
  /**
   * What row-level security policies allow: the actions that everyone may do, or for each action the rows. If undefined,
   * row-level security is off.
   */
  policies?: readonly PolicyAction[] | Readonly<Partial<Record<PolicyAction, RowPolicy>>>;
}

export type PolicyAction = 'select' | 'insert' | 'update' | 'delete';

/**
 * Whether a policy allows a row, before and after a change. `claims` is `auth.jwt()`: `claims.sub` is `auth.uid()`, and
 * `claims.role` is `auth.role()`.
 */
export type RowPolicy = (row: Row, claims: Claims) => boolean;

/** The claims of an access token; for a request with an API key alone, only `role`. */
export type Claims = Readonly<Record<string, unknown>>;

/** What a database function can do, within its transaction. */
export interface Transaction {
  select(table: string, where?: (row: Row) => boolean): readonly Row[];
  insert(table: string, row: Readonly<Record<string, Scalar>>): Row;
  /** @returns the rows as stored, without those that a trigger skipped */
  update(table: string, change: Readonly<Record<string, Scalar>>, where: (row: Row) => boolean): readonly Row[];
  delete(table: string, where: (row: Row) => boolean): readonly Row[];
  /** `now()`, in the format of a column. */
  now(): string;
  /** `pg_is_in_recovery()`: whether this is a replica. */
  isInRecovery(): boolean;
  /** `pg_current_wal_lsn()`: the last commit. An error on a replica. */
  currentWalLsn(): string;
  /** `pg_last_wal_replay_lsn()`: the last commit that this replica has replayed; `null` on the primary. */
  lastWalReplayLsn(): string | null;
  /** `raise exception`: the caller gets this code, and the transaction is rolled back. */
  raise(code: string, message: string, more?: { detail?: string; hint?: string }): never;
}

export interface FunctionModel {
  /** Parameter → its type. All are required except those in `optional`. */
  parameters: Readonly<Record<string, ColumnType>>;
  optional?: readonly string[];
  /** `row` and `rows` name a table: a row of its type, or `returns setof`. `columns`: the rows of `returns table`. */
  returns: { row: string } | { rows: string } | { columns: Readonly<Record<string, ColumnType>> } | ColumnType | 'void';
  /** Default: `volatile`. A `volatile` function cannot write when it is called by GET or on a replica. */
  volatility?: 'volatile' | 'stable' | 'immutable';
  /** The roles that may execute the function. Default: all. */
  grants?: readonly ('anon' | 'authenticated' | 'service_role')[];
  run(db: Transaction, args: Readonly<Record<string, Scalar>>, claims: Claims): Row | readonly Row[] | Scalar | void;
}

export interface DatabaseModel {
  tables: Readonly<Record<string, TableModel>>;
  functions?: Readonly<Record<string, FunctionModel>>;
}
