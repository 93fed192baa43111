/** A database with a subject's migrations on one engine, which simulated runs use one after another. */
import { quotedIdentifier } from '../../insert-statement.ts';
import type { DatabaseSource, PreparedDatabase, TrackedTable } from '../../../port/backend.ts';
import { keyColumns } from '../../../tracked-values.ts';
import { readSchema, type DatabaseSchema } from './database-schema.ts';
import { dataDirectoryOf } from './data-directory.ts';
import { Engine } from './pglite-engine.ts';
import { testEngine } from './engine-self-test.ts';
import { createdStubs } from './created-stubs.ts';
import { hiddenRaces } from './hidden-races.ts';
import { literal } from './sql-text.ts';
import { REFUSALS } from './refused-functions.ts';
import { holdHorizon } from './time-travel.ts';

/** The schema of the table into which a trigger writes the commits of the tracked table. */
export const CAPTURE_SCHEMA = 'ratchet';

export class PgliteDatabase implements PreparedDatabase {
  readonly notes: readonly string[];
  readonly engine: Engine;
  readonly schema: DatabaseSchema;
  readonly tracked: TrackedTable | undefined;

  constructor(engine: Engine, tracked: TrackedTable | undefined) {
    this.engine = engine;
    this.tracked = tracked;
    this.schema = readSchema(engine.connection);
    this.notes = [...createdStubs(engine.connection), ...hiddenRaces(engine.connection)];
  }
}

/** @throws UsageError for a migration that PostgreSQL refuses; EnvironmentError if the engine is not as expected */
export async function openDatabase({ migrations, tracked }: DatabaseSource): Promise<PgliteDatabase> {
  const engine = await Engine.boot(await dataDirectoryOf(migrations));
  const { connection } = engine;
  connection.query(`load 'plpgsql'`);
  if (tracked !== undefined) connection.query(captureOf(tracked));
  connection.query(REFUSALS);
  holdHorizon(connection);
  const database = new PgliteDatabase(engine, tracked);
  engine.keepState(database.schema.changesSettings);
  testEngine(engine);
  return database;
}

/**
 * A trigger that keeps each new version of a tracked row, in order, and loses it again with its transaction or savepoint.
 * Its name sorts before others, since a later trigger may change the row once more. It runs as the role of the request:
 * to change the role for each row would cost a third of an update.
 */
function captureOf({ table, key, generation, progress, status }: TrackedTable): string {
  const columns = [...keyColumns({ key }), generation, progress, status].filter((column) => column !== undefined);
  const pairs = columns.map((column) => `${literal(column)}, new.${quotedIdentifier(column)}`).join(', ');
  return `
create schema ${CAPTURE_SCHEMA};
create unlogged table ${CAPTURE_SCHEMA}.commits (number bigint generated always as identity, row text not null);
alter table ${CAPTURE_SCHEMA}.commits disable row level security;
grant usage on schema ${CAPTURE_SCHEMA} to public;
grant select, insert on ${CAPTURE_SCHEMA}.commits to public;
create function ${CAPTURE_SCHEMA}.capture() returns trigger language plpgsql as $capture$
begin
  insert into ${CAPTURE_SCHEMA}.commits (row) values (pg_catalog.json_build_object(${pairs})::text);
  return null;
end $capture$;
create trigger " ratchet" after insert or update on public.${quotedIdentifier(table)}
  for each row execute function ${CAPTURE_SCHEMA}.capture();
alter table public.${quotedIdentifier(table)} enable always trigger " ratchet"`;
}
