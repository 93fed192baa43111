/** A database with a subject's migrations on one engine, which simulated runs use one after another. */
import { quotedIdentifier } from '../../insert-statement.ts';
import type { DatabaseSource, PreparedDatabase, TrackedTable } from '../../../port/backend.ts';
import {
  CAPTURE_FUNCTION,
  captureTrigger,
  capturedColumns,
  CommitCapture,
  type CapturedTable,
} from './commit-capture.ts';
import { readSchema, type DatabaseSchema } from './database-schema.ts';
import { dataDirectoryOf } from './data-directory.ts';
import { Engine } from './pglite-engine.ts';
import { testCapture, testEngine } from './engine-self-test.ts';
import { createdStubs } from './created-stubs.ts';
import { hiddenRaces } from './hidden-races.ts';
import { oidOf, publishedTables, quotedTable, type CapturedPublication } from './published-tables.ts';
import { REFUSALS } from './refused-functions.ts';
import { holdHorizon } from './time-travel.ts';

export class PgliteDatabase implements PreparedDatabase {
  readonly notes: readonly string[];
  readonly engine: Engine;
  readonly schema: DatabaseSchema;
  readonly tracked: TrackedTable | undefined;
  /** Of the tracked table, and of those that are published. */
  readonly capture: CommitCapture;
  readonly trackedOid: number | undefined;
  readonly published: readonly CapturedPublication[];

  constructor(engine: Engine, tracked: TrackedTable | undefined, { capture, trackedOid, published }: StartedCapture) {
    this.engine = engine;
    this.tracked = tracked;
    this.capture = capture;
    this.trackedOid = trackedOid;
    this.published = published;
    this.schema = readSchema(engine.connection);
    this.notes = [...createdStubs(engine.connection), ...hiddenRaces(engine.connection)];
  }
}

/** @throws UsageError for a migration that PostgreSQL refuses; EnvironmentError if the engine is not as expected */
export async function openDatabase({ migrations, tracked }: DatabaseSource): Promise<PgliteDatabase> {
  const engine = await Engine.boot(await dataDirectoryOf(migrations));
  const { connection } = engine;
  connection.query(`load 'plpgsql'`);
  const capture = startCapture(engine, tracked);
  connection.query(REFUSALS);
  holdHorizon(connection);
  const database = new PgliteDatabase(engine, tracked, capture);
  engine.keepState(database.schema.changesSettings);
  testEngine(engine);
  return database;
}

interface StartedCapture {
  capture: CommitCapture;
  trackedOid: number | undefined;
  published: readonly CapturedPublication[];
}

function startCapture({ connection, module }: Engine, tracked: TrackedTable | undefined): StartedCapture {
  connection.query(CAPTURE_FUNCTION);
  const published = publishedTables(connection);
  const capture = new CommitCapture(module);
  testCapture(connection, capture);
  const watch = (table: string, captured: CapturedTable): void => {
    connection.query(captureTrigger(table));
    capture.watch(captured);
  };
  for (const table of published) {
    // Realtime sends whole rows.
    const columns = table.columns.map(({ name }) => name);
    const oldColumns = table.isIdentityFull ? columns : table.primaryKey;
    watch(quotedTable(table), { oid: table.oid, columns, oldColumns });
  }
  if (tracked === undefined) return { capture, trackedOid: undefined, published };
  const table = `public.${quotedIdentifier(tracked.table)}`;
  const trackedOid = oidOf(connection, table);
  if (published.every(({ oid }) => oid !== trackedOid)) {
    watch(table, { oid: trackedOid, columns: capturedColumns(tracked), oldColumns: [] });
  }
  return { capture, trackedOid, published };
}
