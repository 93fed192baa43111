/** Parses the messages of PostgreSQL's logical decoding plugin `pgoutput`, protocol 1, that describe row versions. */
import type { Lsn } from '../../history/lsn.ts';
import { bigIntToLsn } from '../../history/lsn.ts';
import { itemAt } from '../../required.ts';

/** Column name → its value as text, `null` for NULL. A large value that did not change is missing. */
export type Row = Record<string, string | null>;

export interface Transaction {
  /** Position right after the commit record: a replica that has replayed up to here shows the commit. */
  end: Lsn;
  rows: { table: string; row: Row }[];
}

interface Relation {
  table: string;
  columns: string[];
}

/** Collects messages into committed transactions, which arrive in commit order. */
export class PgOutputReader {
  readonly #relations = new Map<number, Relation>();
  #rows: Transaction['rows'] = [];

  /** Returns a transaction if this message completes one. */
  push(message: Buffer): Transaction | undefined {
    const at = new Cursor(message);
    switch (at.char()) {
      case 'R':
        this.#relation(at);
        return undefined;
      case 'I':
      case 'U':
        this.#change(at);
        return undefined;
      case 'B':
        this.#rows = [];
        return undefined;
      case 'C':
        return this.#commit(at);
      default:
        return undefined;
    }
  }

  #relation(at: Cursor): void {
    const id = at.int32();
    const table = `${at.text() || 'pg_catalog'}.${at.text()}`;
    at.skip(1);
    const columns = Array.from({ length: at.int16() }, () => {
      at.skip(1);
      const name = at.text();
      at.skip(8);
      return name;
    });
    this.#relations.set(id, { table, columns });
  }

  #change(at: Cursor): void {
    const relation = this.#relations.get(at.int32());
    if (!relation) return;
    // An update may contain the old row or key (`O`, `K`) before the new row (`N`).
    if (at.char() !== 'N') {
      readRow(at, relation.columns);
      at.skip(1);
    }
    this.#rows.push({ table: relation.table, row: readRow(at, relation.columns) });
  }

  #commit(at: Cursor): Transaction {
    at.skip(1 + 8);
    const transaction = { end: bigIntToLsn(at.int64()), rows: this.#rows };
    this.#rows = [];
    return transaction;
  }
}

export function readRow(at: Cursor, columns: readonly string[]): Row {
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

export class Cursor {
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
