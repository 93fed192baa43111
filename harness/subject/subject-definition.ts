/** The usual form of a subject: an application, its table, and its two routes. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { StatusWords, TrackedTable } from '../port/backend.ts';
import type { DatabaseModel } from '../port/model.ts';
import type { SessionChoice } from '../port/session.ts';
import type { FrontEnd, SeedData, StoryKey, Subject, Withstands } from '../port/subject.ts';
import type { Application } from './application.ts';
import { statusPathOf } from './http-instance.ts';
import { keysOf, type KeyChoice } from './key-types.ts';
import { requestsOf } from './row-requests.ts';
import { readerOf, routesOf, type RoutesDefinition } from './routes.ts';
import { sourcesOf } from './source-files.ts';
import { subjectFields } from './subject-options.ts';

export interface DatabaseDefinition {
  /** SQL files, or folders of them, relative to the application's folder; `supabase/migrations` by default. */
  migrations?: string | readonly string[];
  /**
   * What the rows of the stories refer to: a SQL file, relative to the application's folder, or a function that returns
   * SQL, or rows by table. It runs after the migrations and before the rows of the stories.
   */
  seed?: string | ((stories: readonly StoryKey[]) => MaybePromise<SeedData>);
  table: string;
  /** The column that identifies a row, or the columns of a composite key. */
  key: string | readonly string[];
  /** The type of the key, or a function that returns another key for each story; `text` by default. */
  keyOf?: KeyChoice;
  /** Columns of a new row besides the key; none by default. */
  row?: Readonly<Record<string, unknown>> | ((story: StoryKey) => Readonly<Record<string, unknown>>);
  /** The column of the progress, and its value at 100%, which is 100 by default. */
  progress: string | { column: string; max?: number };
  /** The column of the status, and its words for `completed` and `failed`, which are these by default. */
  status?: string | ({ column: string } & StatusWords);
  /** The column that counts the generations of a row. Without it, no plan generates a story twice. */
  generation?: string;
}

interface CommonDefinition {
  /** Lower-case letters, digits and dashes; by default made from the name of the application's folder or host. */
  name?: string;
  /** One line for `ratchet list`. */
  description?: string;
  database: DatabaseDefinition;
  /** By default the page sends nothing with its requests, and shows every answer as it arrives. */
  frontEnd?: Partial<FrontEnd>;
  /** A model of the database in TypeScript, for the simulated backend. */
  simulation?: DatabaseModel;
  /** Who is signed in; nobody by default. */
  session?: SessionChoice;
  /** Scenario → expectation. */
  withstands?: Readonly<Record<string, Withstands>>;
}

export type SubjectDefinition = CommonDefinition &
  (
    | { app: Application & { kind: 'modules' }; routes?: Partial<RoutesDefinition> }
    | { app: Application & { kind: 'command' | 'url' }; routes: RoutesDefinition }
  );

/** @throws UsageError for a route that is neither a path nor a file */
export function subjectOf({ app, database, routes: given = {}, frontEnd, ...definition }: SubjectDefinition): Subject {
  const tracked = trackedIn(database);
  const routes = routesOf(given);
  const fields = subjectFields({
    name: nameFrom(app.name),
    ...definition,
    tracked,
    migrations: [database.migrations ?? 'supabase/migrations'].flat().map((path) => resolve(app.folder, path)),
    keyOf: keysOf(database.keyOf ?? 'text'),
    readStatus: readerOf(given.status, tracked),
    ...(database.seed === undefined ? {} : { seed: seedOf(database.seed, app.folder) }),
    ...(app.runsAt === undefined ? {} : { runsAt: app.runsAt }),
    ...(app.isServer === undefined ? {} : { isServer: app.isServer }),
  });
  const subject = {
    ...fields,
    storyRow: rowOf(database.row, fields.keyOf),
    frontEnd: { ...fields.frontEnd, ...frontEnd },
    statusPath: statusPathOf(fields, routes),
  };
  const sources = sourcesOf(routes, app.folder);
  const requests = requestsOf(routes, tracked);
  return {
    ...subject,
    ...(requests === undefined ? {} : { requests }),
    ...(sources === undefined ? {} : { sources }),
    capabilities: app.capabilities,
    createInstance: (environment) => app.createInstance(environment, subject, routes),
  };
}

function trackedIn({ table, key, generation, progress, status }: DatabaseDefinition): TrackedTable {
  const { column, max } = typeof progress === 'string' ? { column: progress } : progress;
  const { column: statusColumn, ...statusWords } = typeof status === 'string' ? { column: status } : (status ?? {});
  return {
    table,
    key,
    progress: column,
    ...(max === undefined ? {} : { progressMax: max }),
    ...(statusColumn === undefined ? {} : { status: statusColumn, statusWords }),
    ...(generation === undefined ? {} : { generation }),
  };
}

function rowOf(row: DatabaseDefinition['row'], keyOf: Subject['keyOf']): Subject['storyRow'] {
  return (story) => ({ ...(typeof row === 'function' ? row({ story, key: keyOf(story) }) : row) });
}

function seedOf(seed: NonNullable<DatabaseDefinition['seed']>, folder: string): NonNullable<Subject['seed']> {
  if (typeof seed === 'function') return seed;
  const file = resolve(folder, seed);
  return () => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      throw new UsageError('seed-missing', `the seed cannot be read: ${(error as Error).message}`);
    }
  };
}

const NAME_LENGTH = 63;

function nameFrom(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  return name.slice(0, NAME_LENGTH).replace(/-+$/, '') || 'app';
}
