/** Versioned rows: a log of commits with LSNs, and views of the tables at any position of the log. */
import { bigIntToLsn, type Lsn } from '../../history/lsn.ts';
import type { Row } from '../../port/model.ts';

/** A row written by a transaction. */
export interface Change {
  table: string;
  /** Id of the row, unique in its table. */
  id: string;
  /** Its id before, if the change gave it another one. */
  from?: string;
  /** The new version; `undefined` for a deletion. */
  row: Row | undefined;
}

export interface LogEntry {
  position: number;
  lsn: Lsn;
  /** Virtual nanoseconds of the commit. */
  at: number;
  changes: readonly Change[];
}

const BEGINNING = 0x3000000;
const BYTES_PER_COMMIT = 0x100;

export class CommitLog {
  readonly entries: LogEntry[] = [];
  readonly beginning: Lsn = lsnOf(BEGINNING);

  #end = BEGINNING;

  /** Positions only increase, also after the log has been cut. */
  append(at: number, changes: readonly Change[]): LogEntry {
    const position = (this.#end += BYTES_PER_COMMIT);
    const entry = { position, lsn: lsnOf(position), at, changes };
    this.entries.push(entry);
    return entry;
  }

  /** Removes the entries after `position`. Views that have applied them must `rewind`. */
  cut(position: number): void {
    const first = this.entries.findIndex((entry) => entry.position > position);
    if (first >= 0) this.entries.length = first;
  }
}

/** The tables at a position of the log. */
export class View {
  readonly #log: CommitLog;
  readonly #tables = new Map<string, Map<string, Row>>();
  #applied = 0;

  constructor(log: CommitLog) {
    this.#log = log;
  }

  get lsn(): Lsn {
    return this.#log.entries[this.#applied - 1]?.lsn ?? this.#log.beginning;
  }

  get position(): number {
    return this.#log.entries[this.#applied - 1]?.position ?? BEGINNING;
  }

  rows(table: string): ReadonlyMap<string, Row> {
    let rows = this.#tables.get(table);
    if (rows === undefined) this.#tables.set(table, (rows = new Map()));
    return rows;
  }

  /** Undoes entries that are no longer in the log. */
  rewind(): void {
    if (this.#applied <= this.#log.entries.length) return;
    this.#tables.clear();
    this.#applied = 0;
    this.advance(() => true);
  }

  /** Applies the next entries of the log while `mayPass` returns true. */
  advance(mayPass: (entry: LogEntry) => boolean): void {
    const { entries } = this.#log;
    for (let next = entries[this.#applied]; next !== undefined && mayPass(next); next = entries[this.#applied]) {
      for (const { table, id, from, row } of next.changes) {
        const rows = this.rows(table) as Map<string, Row>;
        if (from !== undefined) rows.delete(from);
        if (row === undefined) rows.delete(id);
        else rows.set(id, row);
      }
      this.#applied += 1;
    }
  }
}

function lsnOf(position: number): Lsn {
  return bigIntToLsn(BigInt(position));
}
