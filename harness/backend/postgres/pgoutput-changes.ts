/** Reads `pgoutput`, protocol 1, as changes with their old rows and deletions, for Realtime. */
import { Cursor, readRow, type Row } from './pgoutput.ts';

export interface LoggedChange {
  schema: string;
  table: string;
  type: 'INSERT' | 'UPDATE' | 'DELETE';
  row?: Row;
  /** The key columns, or the whole row if the replica identity is full. */
  old?: Row;
}

export interface LoggedTransaction {
  /** Milliseconds since 1970. */
  committedAtMs: number;
  changes: LoggedChange[];
}

interface Relation {
  schema: string;
  table: string;
  columns: string[];
  keys: ReadonlySet<string>;
}

/** Milliseconds from 1970 to 2000, the epoch of PostgreSQL. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

export class PgOutputChanges {
  readonly #relations = new Map<number, Relation>();
  #changes: LoggedChange[] = [];

  /** Returns a transaction if this message completes one. */
  push(message: Buffer): LoggedTransaction | undefined {
    const at = new Cursor(message);
    switch (at.char()) {
      case 'R':
        this.#relation(at);
        return undefined;
      case 'B':
        this.#changes = [];
        return undefined;
      case 'I':
        this.#insert(at);
        return undefined;
      case 'U':
        this.#update(at);
        return undefined;
      case 'D':
        this.#delete(at);
        return undefined;
      case 'C':
        return this.#commit(at);
      default:
        return undefined;
    }
  }

  #relation(at: Cursor): void {
    const id = at.int32();
    const schema = at.text() || 'pg_catalog';
    const table = at.text();
    at.skip(1);
    const keys = new Set<string>();
    const columns = Array.from({ length: at.int16() }, () => {
      const isKey = at.byte() === 1;
      const name = at.text();
      at.skip(8);
      if (isKey) keys.add(name);
      return name;
    });
    this.#relations.set(id, { schema, table, columns, keys });
  }

  #insert(at: Cursor): void {
    const relation = this.#relations.get(at.int32());
    if (relation === undefined) return;
    at.skip(1);
    this.#add(relation, { type: 'INSERT', row: readRow(at, relation.columns) });
  }

  /** Without an old key or row, the key has not changed. */
  #update(at: Cursor): void {
    const relation = this.#relations.get(at.int32());
    if (relation === undefined) return;
    const kind = at.char();
    const before = kind === 'N' ? undefined : oldRow(at, relation, kind);
    if (kind !== 'N') at.skip(1);
    const row = readRow(at, relation.columns);
    this.#add(relation, { type: 'UPDATE', row, old: before ?? pick(row, relation.keys) });
  }

  #delete(at: Cursor): void {
    const relation = this.#relations.get(at.int32());
    if (relation === undefined) return;
    const kind = at.char();
    this.#add(relation, { type: 'DELETE', old: oldRow(at, relation, kind) });
  }

  #add({ schema, table }: Relation, change: Omit<LoggedChange, 'schema' | 'table'>): void {
    this.#changes.push({ schema, table, ...change });
  }

  #commit(at: Cursor): LoggedTransaction {
    at.skip(1 + 8 + 8);
    const committedAtMs = POSTGRES_EPOCH_MS + Number(at.int64() / 1000n);
    const transaction = { committedAtMs, changes: this.#changes };
    this.#changes = [];
    return transaction;
  }
}

/** `K` is followed by a row in which only the key columns are set, `O` by the whole row. */
function oldRow(at: Cursor, { columns, keys }: Relation, kind: string): Row {
  const row = readRow(at, columns);
  return kind === 'K' ? pick(row, keys) : row;
}

function pick(row: Row, names: ReadonlySet<string>): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)));
}
