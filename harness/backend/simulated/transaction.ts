/** A transaction: sees its own writes, checks constraints, and collects the changes to commit. */
import type { Lsn } from '../../history/lsn.ts';
import type { DatabaseModel, Row, Scalar, TableModel, Transaction } from '../../port/model.ts';
import { itemAt } from '../../required.ts';
import { databaseError, notSimulated } from './rest-error.ts';
import { coerce, formatRow } from './values.ts';
import type { Change, View } from './versioned-rows.ts';

type Values = Readonly<Record<string, Scalar>>;

export interface TransactionOptions {
  model: DatabaseModel;
  view: View;
  /** `now()` of this transaction; called at most once. */
  now(): string;
  /** Whether the view is that of a replica, where writes are refused. */
  isReplica: boolean;
}

export class OpenTransaction implements Transaction {
  readonly #options: TransactionOptions;
  readonly #written = new Map<string, Map<string, Row | undefined>>();
  readonly changes: Change[] = [];
  #isReadOnly: boolean;
  #now: string | undefined;

  constructor(options: TransactionOptions) {
    this.#options = options;
    this.#isReadOnly = options.isReplica;
  }

  /** Refuses writes from now on, for a function called by GET. */
  forbidWriting(): void {
    this.#isReadOnly = true;
  }

  select(table: string, where: (row: Row) => boolean = () => true): readonly Row[] {
    const selected: Row[] = [];
    for (const row of this.#written.has(table) ? this.#rows(table) : this.#options.view.rows(table).values()) {
      if (where(row)) selected.push(row);
    }
    return selected;
  }

  find(table: string, id: string): Row | undefined {
    const written = this.#written.get(table);
    return written?.has(id) ? written.get(id) : this.#options.view.rows(table).get(id);
  }

  insert(table: string, values: Values): Row {
    const model = this.model(table);
    const row = this.propose(table, values);
    const id = idOf(model, row);
    if (this.find(table, id) !== undefined) throw duplicateKey(table, model, row);
    this.#requireReferences(table, model, row);
    this.#write(table, id, row);
    return row;
  }

  update(table: string, change: Values, where: (row: Row) => boolean): readonly Row[] {
    this.#requireWritable('UPDATE');
    const model = this.model(table);
    const stored: Row[] = [];
    for (const old of this.select(table, where)) {
      const asked = { ...old, ...change };
      const row = model.beforeUpdate === undefined ? asked : model.beforeUpdate(old, asked, this);
      if (row === null) continue;
      this.#requireValid(table, model, row);
      this.#move(table, model, old, row);
      stored.push(row);
    }
    return stored;
  }

  delete(table: string, where: (row: Row) => boolean): readonly Row[] {
    this.#requireWritable('DELETE');
    const model = this.model(table);
    const gone = this.select(table, where);
    for (const row of gone) this.#write(table, idOf(model, row), undefined);
    for (const row of gone) this.#releaseReferences(table, model, row);
    return gone;
  }

  now(): string {
    this.#now ??= this.#options.now();
    return this.#now;
  }

  isInRecovery(): boolean {
    return this.#options.isReplica;
  }

  currentWalLsn(): Lsn {
    if (!this.#options.isReplica) return this.#options.view.lsn;
    const hint = 'WAL control functions cannot be executed during recovery.';
    throw databaseError('55000', 'recovery is in progress', { hint });
  }

  lastWalReplayLsn(): Lsn | null {
    return this.#options.isReplica ? this.#options.view.lsn : null;
  }

  raise(code: string, message: string, more: { detail?: string; hint?: string } = {}): never {
    throw databaseError(code, message, more);
  }

  model(table: string): TableModel {
    const model = this.#options.model.tables[table];
    if (model === undefined) throw notSimulated(`the table ${table}`);
    return model;
  }

  /** The row that an insert would store, without checking for an existing row. Throws if the row itself is invalid. */
  propose(table: string, values: Values): Row {
    this.#requireWritable('INSERT');
    const row = this.#complete(table, values);
    this.#requireValid(table, this.model(table), row);
    return row;
  }

  /** The complete row: the given values, converted to their types, and defaults for the others. */
  #complete(table: string, values: Values): Row {
    const row: Record<string, Scalar> = {};
    for (const [name, column] of Object.entries(this.model(table).columns)) {
      const standard = column.default === 'now()' ? this.now() : (column.default ?? null);
      row[name] = name in values ? coerce(values[name], column.type) : standard;
    }
    return row;
  }

  *#rows(table: string): Iterable<Row> {
    const written = this.#written.get(table);
    for (const [id, row] of this.#options.view.rows(table)) {
      const current = written?.has(id) ? written.get(id) : row;
      if (current !== undefined) yield current;
    }
    for (const [id, row] of written ?? []) {
      if (row !== undefined && !this.#options.view.rows(table).has(id)) yield row;
    }
  }

  #write(table: string, id: string, row: Row | undefined, from = id): void {
    this.#store(table, id, row);
    this.changes.push({ table, id, row, ...(from === id ? {} : { from }) });
  }

  #store(table: string, id: string, row: Row | undefined): void {
    let written = this.#written.get(table);
    if (written === undefined) this.#written.set(table, (written = new Map()));
    written.set(id, row);
  }

  #move(table: string, model: TableModel, old: Row, row: Row): void {
    const [from, to] = [idOf(model, old), idOf(model, row)];
    if (from !== to) {
      if (this.find(table, to) !== undefined) throw duplicateKey(table, model, row);
      this.#store(table, from, undefined);
    }
    this.#requireReferences(table, model, row);
    this.#write(table, to, row, from);
    if (from !== to) this.#requireUnreferenced(table, model, old);
  }

  #requireWritable(statement: string): void {
    if (this.#isReadOnly) {
      throw databaseError('25006', `cannot execute ${statement} in a read-only transaction`);
    }
  }

  #requireValid(table: string, model: TableModel, row: Row): void {
    for (const [name, column] of Object.entries(model.columns)) {
      const isRequired = column.notNull || model.primaryKey.includes(name);
      if (!isRequired || row[name] !== null) continue;
      const message = `null value in column "${name}" of relation "${table}" violates not-null constraint`;
      throw databaseError('23502', message, { detail: `Failing row contains ${formatRow(row)}.` });
    }
    for (const [name, holds] of Object.entries(model.checks ?? {})) {
      if (holds(row) !== false) continue;
      const message = `new row for relation "${table}" violates check constraint "${name}"`;
      throw databaseError('23514', message, { detail: `Failing row contains ${formatRow(row)}.` });
    }
  }

  #requireReferences(table: string, model: TableModel, row: Row): void {
    for (const [name, { columns, table: other }] of Object.entries(model.references ?? {})) {
      const key = columns.map((column) => row[column] ?? null);
      if (key.some((value) => value === null) || this.find(other, keyText(key)) !== undefined) continue;
      const message = `insert or update on table "${table}" violates foreign key constraint "${name}"`;
      const detail = `Key (${columns.join(', ')})=(${key.join(', ')}) is not present in table "${other}".`;
      throw databaseError('23503', message, { detail });
    }
  }

  #releaseReferences(table: string, model: TableModel, gone: Row): void {
    for (const [other, , { columns, onDelete }] of this.#referencesTo(table)) {
      if (onDelete === 'cascade') this.delete(other, (row) => pointsTo(row, columns, model, gone));
    }
    this.#requireUnreferenced(table, model, gone);
  }

  #requireUnreferenced(table: string, model: TableModel, gone: Row): void {
    for (const [other, name, { columns }] of this.#referencesTo(table)) {
      if (!this.select(other, (row) => pointsTo(row, columns, model, gone)).length) continue;
      const message = `update or delete on table "${table}" violates foreign key constraint "${name}" on table "${other}"`;
      const key = model.primaryKey.map((column) => gone[column]);
      const detail = `Key (${model.primaryKey.join(', ')})=(${key.join(', ')}) is still referenced from table "${other}".`;
      throw databaseError('23503', message, { detail });
    }
  }

  *#referencesTo(table: string) {
    for (const [other, { references = {} }] of Object.entries(this.#options.model.tables)) {
      for (const [name, reference] of Object.entries(references)) {
        if (reference.table === table) yield [other, name, reference] as const;
      }
    }
  }
}

/** Identifies a row in its table: its primary key as text. */
export function idOf(model: TableModel, row: Row): string {
  return keyText(model.primaryKey.map((column) => row[column] ?? null));
}

function keyText(values: readonly Scalar[]): string {
  return values.length === 1 ? String(values[0]) : JSON.stringify(values);
}

function pointsTo(row: Row, columns: readonly string[], model: TableModel, target: Row): boolean {
  return columns.every((column, at) => {
    const value = row[column];
    return value !== null && value === target[itemAt(model.primaryKey, at)];
  });
}

function duplicateKey(table: string, model: TableModel, row: Row): Error {
  const key = model.primaryKey.map((column) => row[column]);
  const detail = `Key (${model.primaryKey.join(', ')})=(${key.join(', ')}) already exists.`;
  return databaseError('23505', `duplicate key value violates unique constraint "${table}_pkey"`, { detail });
}
