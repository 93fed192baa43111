/** The store of a simulation by migrations: PostgreSQL itself, whose past the replicas read. */
import type { Row } from '../../../port/model.ts';
import type { HttpAnswer } from '../../../port/message.ts';
import type { RestHandler } from '../simulated-rest.ts';
import type { SimulatedStore, StoreOptions } from '../simulated-store.ts';
import type { Change, View } from '../versioned-rows.ts';
import { ADD_USER, userParameters } from '../../user-statement.ts';
import type { SignedInUser } from '../../../port/session.ts';
import { rowKeyText } from '../../../tracked-values.ts';
import { engineVersion } from './data-directory.ts';
import type { Migration } from '../../postgres/apply-migrations.ts';
import { applyScript } from './data-directory.ts';
import { CAPTURE_SCHEMA, type PgliteDatabase } from './pglite-database.ts';
import { createPgliteRest, type RestTransaction } from './pglite-rest.ts';
import { identifier, literal } from './sql-text.ts';
import { rewindTables } from './table-rewind.ts';
import { beginAt, currentPosition } from './time-travel.ts';

export class PgliteStore implements SimulatedStore {
  readonly version = `PGlite ${engineVersion()}`;
  readonly #database: PgliteDatabase;
  readonly #options: StoreOptions;
  /** The engine's position for each position of the log. */
  readonly #positions = new Map<number, number>();
  readonly #answers = new Map<number, Map<string, HttpAnswer>>();
  #captured = 0;
  #next: number;

  /** Ends an earlier run on the same database, and applies the scripts of this one. */
  constructor(database: PgliteDatabase, scripts: readonly Migration[], options: StoreOptions) {
    this.#database = database;
    this.#options = options;
    database.engine.reset(options.dateMs, options.random);
    for (const script of scripts) applyScript(database.engine.connection, script);
    this.#captured = this.#lastCaptured();
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
      begin: (settings, isReadOnly) => this.#begin(isReplica ? view() : undefined, settings, isReadOnly),
    });
  }

  insert(table: string, row: Readonly<Record<string, unknown>>): void {
    const given = Object.entries(row).filter(([, value]) => value !== undefined);
    const names = given.map(([name]) => identifier(name)).join(', ');
    const target = `public.${identifier(table)}`;
    const values = literal(JSON.stringify(Object.fromEntries(given)));
    const transaction = this.#begin(undefined, 'select 1', false);
    try {
      transaction.rows(
        `insert into ${target} (${names}) select ${names} from json_populate_record(null::${target}, ${values})`,
      );
    } catch (error) {
      transaction.rollback();
      throw error;
    }
    transaction.commit();
  }

  addUser(user: SignedInUser): void {
    const parameters = userParameters(user);
    const sql = ADD_USER.replaceAll(/\$(\d)/g, (_, number: string) => {
      const value = parameters[Number(number) - 1];
      return typeof value === 'string' ? literal(value) : 'null';
    });
    const transaction = this.#begin(undefined, 'select 1', false);
    transaction.rows(sql);
    transaction.commit();
  }

  rewind(view: View): void {
    const { engine } = this.#database;
    rewindTables(engine, this.#positionOf(view));
    this.#next = currentPosition(engine);
    this.#captured = this.#lastCaptured();
  }

  find(_table: string, id: string): Row | undefined {
    const { tracked, engine } = this.#database;
    if (tracked === undefined) return undefined;
    const sql = `select row_to_json(_row)::text from public.${identifier(tracked.table)} as _row`;
    const rows = engine.connection.rows(sql).map(([text]) => JSON.parse(text ?? '{}') as Row);
    return rows.find((row) => rowKeyText(row, tracked) === id);
  }

  close(): void {}

  /** @param view what a replica shows; `undefined` on the primary */
  #begin(view: View | undefined, settings: string, isReadOnly: boolean): RestTransaction {
    const { engine } = this.#database;
    const { connection } = engine;
    if (view === undefined) connection.query(`begin${isReadOnly ? ' read only' : ''}; ${settings}`);
    else beginAt(engine, this.#positionOf(view), settings);
    return {
      rows: (sql) => connection.rows(sql),
      commit: () => this.#commit(),
      rollback: () => {
        connection.query('rollback');
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

  #commit(): void {
    const { engine } = this.#database;
    engine.connection.query('commit');
    const position = currentPosition(engine);
    // A transaction that has written nothing has no transaction id.
    if (position === this.#next) return;
    const changes = this.#changes();
    this.#next = currentPosition(engine);
    const entry = this.#options.onCommit(changes);
    this.#positions.set(entry.position, position);
  }

  #changes(): Change[] {
    const { tracked, engine } = this.#database;
    if (tracked === undefined) return [];
    const sql = `select number, row from ${CAPTURE_SCHEMA}.commits where number > ${this.#captured} order by number`;
    return engine.connection.rows(sql).map(([number, text]) => {
      this.#captured = Number(number);
      const row = JSON.parse(text ?? '{}') as Row;
      return { table: tracked.table, id: rowKeyText(row, tracked), row };
    });
  }

  #lastCaptured(): number {
    if (this.#database.tracked === undefined) return 0;
    const [last] = this.#database.engine.connection.rows(`select max(number) from ${CAPTURE_SCHEMA}.commits`);
    return Math.max(this.#captured, Number(last?.[0] ?? 0));
  }
}
