/** The store of a simulation by migrations: PostgreSQL itself, whose past the replicas read. */
import { quotedIdentifier } from '../../insert-statement.ts';
import { rowChange } from '../../stream-values.ts';
import type { Row } from '../../../port/model.ts';
import type { PublishedTable, RowChange } from '../../../port/stream.ts';
import type { HttpAnswer } from '../../../port/message.ts';
import type { RestHandler } from '../simulated-rest.ts';
import type { SimulatedStore, StoreOptions } from '../simulated-store.ts';
import type { View } from '../versioned-rows.ts';
import { ADD_USER, userParameters } from '../../user-statement.ts';
import type { SignedInUser } from '../../../port/session.ts';
import { rowKeyText } from '../../../tracked-values.ts';
import { capturedColumns, type CapturedChange } from './commit-capture.ts';
import { engineVersion } from './data-directory.ts';
import type { Migration } from '../../postgres/apply-migrations.ts';
import { applyScript } from './data-directory.ts';
import type { PgliteDatabase } from './pglite-database.ts';
import { createPgliteRest, type RestTransaction } from './pglite-rest.ts';
import { EngineTransaction, type TransactionOptions } from './engine-transaction.ts';
import { OWNER } from './session-settings.ts';
import type { Statement } from './sql-text.ts';
import { rewindTables } from './table-rewind.ts';
import { currentPosition } from './time-travel.ts';
import { walSettings } from './wal-functions.ts';

export class PgliteStore implements SimulatedStore {
  readonly version = `PGlite ${engineVersion()}`;
  readonly #database: PgliteDatabase;
  readonly #options: StoreOptions;
  /** The engine's position for each position of the log. */
  readonly #positions = new Map<number, number>();
  readonly #answers = new Map<number, Map<string, HttpAnswer>>();
  #next: number;

  /** Ends an earlier run on the same database, and applies the scripts of this one. */
  constructor(database: PgliteDatabase, scripts: readonly Migration[], options: StoreOptions) {
    this.#database = database;
    this.#options = options;
    database.engine.reset(options.dateMs, options.random);
    for (const script of scripts) applyScript(database.engine.connection, script);
    database.capture.forget();
    this.#next = currentPosition(database.engine);
    this.#positions.set(options.primary.position, this.#next);
  }

  rest(view: () => View, isReplica: boolean): RestHandler {
    const { schema } = this.#database;
    const { readAccess } = this.#options;
    return createPgliteRest({
      schema,
      readAccess,
      answers: () => this.#answersAt(isReplica ? this.#positionOf(view()) : this.#next),
      begin: (settings, isReadOnly) => {
        const shown = view();
        const past = isReplica ? this.#positionOf(shown) : undefined;
        const wal = schema.readsWal ? walSettings(shown.lsn, isReplica) : {};
        return this.#begin({ settings: { ...settings, ...wal }, isReadOnly, past });
      },
    });
  }

  insert(table: string, row: Readonly<Record<string, unknown>>): void {
    const given = Object.entries(row).filter(([, value]) => value !== undefined);
    const names = given.map(([name]) => quotedIdentifier(name)).join(', ');
    const target = `public.${quotedIdentifier(table)}`;
    this.#runAsOwner({
      text: `insert into ${target} (${names}) select ${names} from json_populate_record(null::${target}, $1)`,
      values: [JSON.stringify(Object.fromEntries(given))],
    });
  }

  addUser(user: SignedInUser): void {
    const values = userParameters(user).map((value) => (typeof value === 'string' ? value : null));
    this.#runAsOwner({ text: ADD_USER, values });
  }

  #runAsOwner(statement: Statement): void {
    this.#begin({ settings: OWNER, isReadOnly: false }).finish(statement);
  }

  rewind(view: View): void {
    const { engine } = this.#database;
    rewindTables(engine, this.#positionOf(view));
    this.#next = currentPosition(engine);
    this.#database.capture.forget();
  }

  find(_table: string, id: string): Row | undefined {
    const { tracked, engine } = this.#database;
    if (tracked === undefined) return undefined;
    engine.becomeOwner();
    const columns = capturedColumns(tracked);
    const names = columns.map((column) => `${quotedIdentifier(column)}::text`).join(', ');
    const rows = engine.connection
      .rows(`select ${names} from public.${quotedIdentifier(tracked.table)}`)
      .map((texts): Row => Object.fromEntries(columns.map((column, at) => [column, texts[at] ?? null])));
    return rows.find((row) => rowKeyText(row, tracked) === id);
  }

  published(): readonly PublishedTable[] {
    return this.#database.published;
  }

  close(): void {}

  #begin(options: TransactionOptions): RestTransaction {
    const { engine } = this.#database;
    const transaction = new EngineTransaction(engine, options);
    return {
      run: (...statements) => transaction.run(...statements),
      finish: (...statements) => {
        const results = transaction.finish(...statements);
        this.#report();
        return results;
      },
      commit: () => {
        if (transaction.isEnded) return;
        transaction.commit();
        this.#report();
      },
      rollback: () => {
        transaction.rollback();
        this.#next = currentPosition(engine);
      },
    };
  }

  #answersAt(position: number): Map<string, HttpAnswer> {
    let answers = this.#answers.get(position);
    if (answers === undefined) this.#answers.set(position, (answers = new Map()));
    return answers;
  }

  #positionOf(view: View): number {
    const position = this.#positions.get(view.position);
    if (position === undefined) throw new Error(`no transaction ended at the position ${view.position}`);
    return position;
  }

  /** Reports the commit of the transaction that has ended. */
  #report(): void {
    const { engine, capture, tracked, trackedOid } = this.#database;
    const position = currentPosition(engine);
    // A transaction that has written nothing has no transaction id.
    if (position === this.#next) return;
    this.#next = position;
    const written = capture.committed();
    const changes = written.flatMap(({ oid, row }) =>
      tracked === undefined || oid !== trackedOid || row === undefined
        ? []
        : [{ table: tracked.table, id: rowKeyText(row, tracked), row }],
    );
    const entry = this.#options.onCommit(changes, () => this.#publishedIn(written));
    this.#positions.set(entry.position, position);
  }

  #publishedIn(written: readonly CapturedChange[]): RowChange[] {
    return written.flatMap(({ oid, ...change }) => {
      const table = this.#database.published.find((each) => each.oid === oid);
      return table === undefined ? [] : [rowChange(table, change)];
    });
  }
}
