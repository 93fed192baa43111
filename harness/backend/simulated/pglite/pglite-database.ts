/** A database with a subject's migrations on one engine, which simulated runs use one after another. */
import { quotedIdentifier } from '../../insert-statement.ts';
import type { DatabaseSource, PreparedDatabase, TrackedTable } from '../../../port/backend.ts';
import { CAPTURE_FUNCTION, captureTrigger, CommitCapture } from './commit-capture.ts';
import { readSchema, type DatabaseSchema } from './database-schema.ts';
import { dataDirectoryOf } from './data-directory.ts';
import { Engine } from './pglite-engine.ts';
import { testCapture, testEngine } from './engine-self-test.ts';
import { createdStubs } from './created-stubs.ts';
import { hiddenRaces } from './hidden-races.ts';
import { REFUSALS } from './refused-functions.ts';
import { holdHorizon } from './time-travel.ts';

export class PgliteDatabase implements PreparedDatabase {
  readonly notes: readonly string[];
  readonly engine: Engine;
  readonly schema: DatabaseSchema;
  readonly tracked: TrackedTable | undefined;
  /** Of the tracked table. */
  readonly capture: CommitCapture | undefined;

  constructor(engine: Engine, tracked: TrackedTable | undefined, capture: CommitCapture | undefined) {
    this.engine = engine;
    this.tracked = tracked;
    this.capture = capture;
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

function startCapture({ connection, module }: Engine, tracked: TrackedTable): CommitCapture {
  connection.query(CAPTURE_FUNCTION);
  const capture = new CommitCapture(module, tracked);
  testCapture(connection, capture, tracked);
  connection.query(captureTrigger(`public.${quotedIdentifier(tracked.table)}`));
  return capture;
}
