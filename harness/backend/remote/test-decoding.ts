/** Parses the output of PostgreSQL's logical decoding plugin `test_decoding` that describes row versions. */
import type { Lsn } from '../../history/lsn.ts';
import type { Row } from '../postgres/pgoutput-changes.ts';
import type { Transaction } from '../postgres/pgoutput.ts';

/** One row of `pg_logical_slot_get_changes`. */
export interface Change {
  lsn: Lsn;
  data: string;
}

/** Collects changes into committed transactions, which arrive in commit order. */
export class TestDecodingReader {
  #rows: Transaction['rows'] = [];

  /** Returns a transaction if this change completes one. Its `end` is the position right after the commit record. */
  push({ lsn, data }: Change): Transaction | undefined {
    if (data.startsWith('BEGIN')) this.#rows = [];
    if (data.startsWith('COMMIT')) return { end: lsn, rows: this.#rows };
    const [, table, tuple] = CHANGE.exec(data) ?? [];
    if (table !== undefined && tuple !== undefined) this.#rows.push({ table, row: rowOf(tuple) });
    return undefined;
  }
}

/** An update of the key has the old key first. The table name is quoted where SQL requires it. */
const CHANGE =
  /^table ((?:"(?:[^"]|"")*"|[^".])+\.(?:"(?:[^"]|"")*"|[^":])+): (?:INSERT|UPDATE): (?:old-key: .*? new-tuple: )?(.*)$/s;

/** `name[type]:value`. The name is quoted where SQL requires it; the value unless it is a number, a boolean or null. */
const COLUMN =
  /(?:"((?:[^"]|"")*)"|([^\s"[\]]+))\[(?:[^[\]"]|\[\]|"(?:[^"]|"")*")*\]:(?:'((?:[^']|'')*)'|(\S+))(?: |$)/gy;

function rowOf(tuple: string): Row {
  const row: Row = {};
  for (const [, quoted = '', plain, text = '', bare] of tuple.matchAll(COLUMN)) {
    if (bare === 'unchanged-toast-datum') continue;
    const name = plain ?? quoted.replaceAll('""', '"');
    row[name] = bare === 'null' ? null : (bare ?? text.replaceAll("''", "'"));
  }
  return row;
}
