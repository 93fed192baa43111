/** Parses the messages of PostgreSQL's logical decoding plugin `pgoutput`, protocol 1. */
import { bigIntToLsn, type Lsn } from '../../history/lsn.ts';
import { itemAt } from '../../required.ts';
import { POSTGRES_EPOCH_US } from './replication.ts';

/** Column name → its value as text, `null` for NULL. A large value that did not change is missing. */
export type Row = Record<string, string | null>;

export interface LoggedChange {
  schema: string;
  table: string;
  type: 'INSERT' | 'UPDATE' | 'DELETE';
  row?: Row;
  /** The key columns, or the whole row if the replica identity is full. */
  old?: Row;
}

export interface LoggedTransaction {
  /** Position right after the commit record. */
  end: Lsn;
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

/** Collects messages into committed transactions, which arrive in commit order. */
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
    at.skip(1 + 8);
    const end = bigIntToLsn(at.int64());
    const committedAtMs = Number((at.int64() + POSTGRES_EPOCH_US) / 1000n);
    const transaction = { end, committedAtMs, changes: this.#changes };
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

function readRow(at: Cursor, columns: readonly string[]): Row {
  const row: Row = {};
  const count = at.int16();
  for (let index = 0; index < count; index += 1) {
    const kind = at.char();
    const name = itemAt(columns, index);
    if (kind === 'n') row[name] = null;
    else if (kind === 't') row[name] = at.bytes(at.int32()).toString('utf8');
  }
  return row;
}

class Cursor {
  #at = 0;
  readonly #buffer: Buffer;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  skip(count: number): void {
    this.#at += count;
  }

  byte(): number {
    return this.#buffer.readUInt8(this.#at++);
  }

  char(): string {
    return String.fromCharCode(this.#buffer.readUInt8(this.#at++));
  }

  int16(): number {
    return this.#buffer.readInt16BE((this.#at += 2) - 2);
  }

  int32(): number {
    return this.#buffer.readInt32BE((this.#at += 4) - 4);
  }

  int64(): bigint {
    return this.#buffer.readBigUInt64BE((this.#at += 8) - 8);
  }

  bytes(count: number): Buffer {
    return this.#buffer.subarray(this.#at, (this.#at += count));
  }

  text(): string {
    const end = this.#buffer.indexOf(0, this.#at);
    const value = this.#buffer.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return value;
  }
}
