/** The row versions that `pgoutput` describes: what the commits of a table are made of. */
import type { Lsn } from '../../history/lsn.ts';
import { PgOutputChanges, type Row } from './pgoutput-changes.ts';

export interface Transaction {
  /** Position right after the commit record: a replica that has replayed up to here shows the commit. */
  end: Lsn;
  rows: { table: string; row: Row }[];
}

/** Collects messages into committed transactions, which arrive in commit order. */
export class PgOutputReader {
  readonly #changes = new PgOutputChanges();

  /** Returns a transaction if this message completes one. */
  push(message: Buffer): Transaction | undefined {
    const transaction = this.#changes.push(message);
    if (transaction === undefined) return undefined;
    const { end, changes } = transaction;
    const rows = changes.flatMap(({ schema, table, row }) =>
      row === undefined ? [] : [{ table: `${schema}.${table}`, row }],
    );
    return { end, rows };
  }
}
