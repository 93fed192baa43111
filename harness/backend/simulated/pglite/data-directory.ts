/** The data directory of an engine with a subject's migrations, kept in the user's cache between processes. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isWithoutTransaction, migrationFailure, type Migration } from '../../postgres/apply-migrations.ts';
import { statementsOf, type Statement } from '../../postgres/sql-statements.ts';
import { SUPABASE_SQL } from '../../postgres/supabase-sql.ts';
import { withoutVectorIndexParameters } from '../../postgres/surroundings/vector-stub.ts';
import type { EngineConnection } from './engine-connection.ts';
import { Engine } from './pglite-engine.ts';
import { REPLACEABLE_FUNCTIONS } from './refused-functions.ts';
import { WAL_FUNCTIONS } from './wal-functions.ts';

/** Changes with what this file does to a data directory. */
const FORMAT = 3;

export interface DataDirectory {
  data: Uint8Array;
  extensions: Readonly<Record<string, URL>>;
}

/** @throws UsageError for a migration that PostgreSQL refuses */
export async function dataDirectoryOf(migrations: readonly Migration[]): Promise<DataDirectory> {
  const extensions = extensionsOf(migrations);
  const base = { extensions: extensionsOf([]), sql: [{ name: 'Supabase', sql: surroundings() }] };
  const empty = (): Promise<Uint8Array> =>
    kept(['base', base.sql], async () => made(await Engine.boot(base), base.sql, true));
  if (migrations.length === 0) return { data: await empty(), extensions };
  const data = await kept(['migrations', base.sql, migrations], async () =>
    made(await Engine.boot({ data: await empty(), extensions }), migrations, false),
  );
  return { data, extensions };
}

/** The search path is a setting of the engine; here it would be one of a session that is yet to come. */
function surroundings(): string {
  return SUPABASE_SQL.replace(/^alter database .*$/m, '') + REPLACEABLE_FUNCTIONS + WAL_FUNCTIONS;
}

/** Applies the scripts and returns the data directory. */
async function made(engine: Engine, scripts: readonly Migration[], isNew: boolean): Promise<Uint8Array> {
  try {
    const { connection } = engine;
    if (isNew) dropTemplates(engine);
    for (const script of scripts) applyMigration(connection, script);
    return engine.dump();
  } finally {
    await engine.close();
  }
}

/** Applies a script in one transaction. @throws UsageError naming the line that PostgreSQL refuses */
export function applyScript(connection: EngineConnection, { name, sql }: Migration): void {
  perform(connection, name, { sql, line: 1 });
  connection.query('reset all; reset role');
}

/** Applies a script by its statements, in one transaction if possible, as the servers of the other backends get them. */
function applyMigration(connection: EngineConnection, { name, sql }: Migration): void {
  const statements = statementsOf(sql);
  const isSingle = isWithoutTransaction(statements);
  if (!isSingle) connection.query('begin');
  for (const part of statements) perform(connection, name, { ...part, sql: withoutVectorIndexParameters(part.sql) });
  // The constraints that are deferred are checked here.
  if (!isSingle) perform(connection, name, { sql: 'commit', line: sql.trimEnd().split('\n').length });
  connection.query('reset all; reset role');
}

function perform(connection: EngineConnection, name: string, statement: Statement): void {
  const { error } = connection.ask(statement.sql);
  if (error !== undefined) throw migrationFailure(name, statement, error);
}

/** Templates are for new databases, and two thirds of the directory. */
function dropTemplates({ connection }: Engine): void {
  connection.query('update pg_database set datistemplate = false');
  for (const name of ['template1', 'template0']) connection.query(`drop database ${name}`);
}

/** The extensions of Supabase, and those that the migrations create, if PGlite ships them. */
function extensionsOf(migrations: readonly Migration[]): Record<string, URL> {
  const named = migrations.flatMap(({ sql }) =>
    [...sql.matchAll(/create\s+extension\s+(?:if\s+not\s+exists\s+)?"?([\w-]+)/gi)].map(([, name = '']) => name),
  );
  const folder = new URL('.', import.meta.resolve('@electric-sql/pglite'));
  const found: Record<string, URL> = {};
  for (const name of ['pgcrypto', 'uuid-ossp', ...named.map((each) => each.toLowerCase())]) {
    const file = new URL(`${ARCHIVES[name] ?? name}.tar.gz`, folder);
    if (existsSync(fileURLToPath(file))) found[name] = file;
  }
  return found;
}

/** Extensions that PGlite ships in the archive of another name. */
const ARCHIVES: Readonly<Record<string, string>> = Object.fromEntries(
  ['autoinc', 'insert_username', 'moddatetime', 'refint'].map((name) => [name, 'spi']),
);

/** The result of `make`, from the cache if an earlier process has put it there. */
async function kept(key: unknown, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const file = join(cacheFolder(), `${hashOf(key)}.data`);
  const cached = await readFile(file).catch(() => undefined);
  if (cached !== undefined) return cached;
  const data = await make();
  await keep(file, data);
  return data;
}

/** Two processes may write the same file at once; the cache may be full or not writable, and is then not used. */
async function keep(file: string, data: Uint8Array): Promise<void> {
  const partial = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(partial, data);
    await rename(partial, file);
  } catch {
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'ratchet', 'pglite');
  return join(tmpdir(), `ratchet-pglite-${userInfo().username}`);
}

function hashOf(key: unknown): string {
  const text = JSON.stringify([FORMAT, engineVersion(), key]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

export function engineVersion(): string {
  const main = fileURLToPath(import.meta.resolve('@electric-sql/pglite'));
  const manifest = createRequire(import.meta.url)(join(dirname(main), '../package.json')) as { version: string };
  return manifest.version;
}
