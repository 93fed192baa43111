/** A database with a subject's migrations on one engine, which simulated runs use one after another. */
import { quotedIdentifier } from '../../insert-statement.ts';
import type { DatabaseSource, PreparedDatabase, TrackedTable } from '../../../port/backend.ts';
import type { PublishedTable } from '../../../port/stream.ts';
import { CAPTURE_FUNCTION, captureTrigger, capturedColumns, CommitCapture } from './commit-capture.ts';
import { readSchema, type DatabaseSchema } from './database-schema.ts';
import { dataDirectoryOf } from './data-directory.ts';
import { Engine } from './pglite-engine.ts';
import { testCapture, testEngine } from './engine-self-test.ts';
import { createdStubs } from './created-stubs.ts';
import { hiddenRaces } from './hidden-races.ts';
import { publishedTable } from './published-table.ts';
import { REFUSALS } from './refused-functions.ts';
import { holdHorizon } from './time-travel.ts';

export class PgliteDatabase implements PreparedDatabase {
  readonly notes: readonly string[];
  readonly engine: Engine;
  readonly schema: DatabaseSchema;
  readonly tracked: TrackedTable | undefined;
  /** Of the tracked table. */
  readonly capture: CommitCapture | undefined;
  /** The tracked table, if its changes can be subscribed to. */
  readonly published: PublishedTable | undefined;

  constructor(engine: Engine, tracked: TrackedTable | undefined, capture: StartedCapture | undefined) {
    this.engine = engine;
    this.tracked = tracked;
    this.capture = capture?.capture;
    this.published = capture?.published;
    this.schema = readSchema(engine.connection);
    this.notes = [...createdStubs(engine.connection), ...hiddenRaces(engine.connection)];
  }
}

/** @throws UsageError for a migration that PostgreSQL refuses; EnvironmentError if the engine is not as expected */
export async function openDatabase({ migrations, tracked }: DatabaseSource): Promise<PgliteDatabase> {
  const engine = await Engine.boot(await dataDirectoryOf(migrations));
  const { connection } = engine;
  connection.query(`load 'plpgsql'`);
  const capture = tracked === undefined ? undefined : startCapture(engine, tracked);
  connection.query(REFUSALS);
  holdHorizon(connection);
  const database = new PgliteDatabase(engine, tracked, capture);
  engine.keepState(database.schema.changesSettings);
  testEngine(engine);
  return database;
}

interface StartedCapture {
  capture: CommitCapture;
  published: PublishedTable | undefined;
}

function startCapture({ connection, module }: Engine, tracked: TrackedTable): StartedCapture {
  connection.query(CAPTURE_FUNCTION);
  const published = publishedTable(connection, tracked.table);
  // Realtime sends whole rows.
  const columns = published?.columns.map(({ name }) => name) ?? capturedColumns(tracked);
  const capture = new CommitCapture(module, columns);
  testCapture(connection, capture, columns);
  connection.query(captureTrigger(`public.${quotedIdentifier(tracked.table)}`));
  return { capture, published };
}
