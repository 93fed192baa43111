/** What the databases of a run contain before it starts: the schema, the subject's seed, and the rows of the stories. */
import type { Clock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import { compareLsn } from '../history/lsn.ts';
import type { Plan } from '../plan/plan.ts';
import type { Cluster, ClusterOptions, ReplicaNode } from '../port/backend.ts';
import type { SeedData, StoryKey, Subject } from '../port/subject.ts';
import { keyRow } from '../tracked-values.ts';
import { primaryLsn } from './assembly.ts';
import type { Host } from './host.ts';
import { migrationsOf } from './migration-files.ts';

export interface Seeding {
  /** The schema of the databases: the subject's migrations and its SQL; in a simulation, its model, or its SQL alone. */
  readonly schema: Pick<ClusterOptions, 'migrations' | 'simulation'>;
  /** Creates the rows of the plan's stories, after those that they refer to, and waits until every replica has them. */
  insertInto(cluster: Cluster): Promise<void>;
}

export interface SeedingOptions {
  plan: Pick<Plan, 'generations' | 'observers' | 'faults'>;
  subject: Subject;
  host: Pick<Host, 'clock' | 'simulation'>;
  /** The backend applies no SQL: the databases are those of somebody else. */
  isConnecting: boolean;
}

/** The names of a plan's stories, each once. */
export function storiesOf({ generations, observers }: Pick<Plan, 'generations' | 'observers'>): string[] {
  return [...new Set([...generations, ...observers].map(({ story }) => story))];
}

/** @throws UsageError if a migration is missing, or the seed cannot be used on this backend */
export async function prepareSeeding({ plan, subject, host, isConnecting }: SeedingOptions): Promise<Seeding> {
  const stories = storiesOf(plan).map((story) => ({ story, key: subject.keyOf(story) }));
  const data: SeedData = (await subject.seed?.(stories)) ?? {};
  const { simulation } = host;
  const hasModel = simulation !== undefined && subject.simulation !== undefined;
  if (typeof data === 'string' && (isConnecting || hasModel)) throw refusedSql(subject, isConnecting);
  // The migrations of a simulation have been applied when its database was prepared.
  const isMigrated = simulation !== undefined;
  return {
    schema: {
      migrations: isConnecting ? [] : [...(isMigrated ? [] : await migrationsOf(subject)), ...statementsOf(data)],
      ...(simulation === undefined ? {} : { simulation: { ...simulation, model: subject.simulation } }),
    },
    async insertInto(cluster) {
      for (const [table, row] of rowsOf(data)) {
        await insert(cluster, table, row, { code: 'seed-refused', what: `a row of the seed for ${table}`, subject });
      }
      const isLate = ({ story }: StoryKey): boolean =>
        plan.faults.some((fault) => fault.kind === 'late-row' && fault.story === story);
      for (const story of stories.filter((each) => !isLate(each))) await insertStory(cluster, story, subject);
      await cluster.commitsDelivered();
      await waitForReplicas(cluster, host.clock(), new AbortController().signal);
    },
  };
}

/** Resolves when every replica has replayed the current LSN of the primary. */
export async function waitForReplicas(cluster: Cluster, clock: Clock, signal: AbortSignal): Promise<void> {
  if (cluster.replicas.length === 0) return;
  const target = await primaryLsn(cluster);
  const reached = async (replica: ReplicaNode): Promise<boolean> => compareLsn(await replica.lsn(), target) >= 0;
  for (const replica of cluster.replicas) {
    while (!signal.aborted && !(await reached(replica))) await clock.sleep(2, signal);
  }
}

function statementsOf(data: SeedData): ClusterOptions['migrations'] {
  return typeof data === 'string' ? [{ name: 'the seed', sql: data }] : [];
}

function rowsOf(data: SeedData): (readonly [table: string, row: Readonly<Record<string, unknown>>])[] {
  if (typeof data === 'string') return [];
  return Object.entries(data).flatMap(([table, rows]) => rows.map((row) => [table, row] as const));
}

/** Creates the row of a story. */
export async function insertStory(cluster: Cluster, { story, key }: StoryKey, subject: Subject): Promise<void> {
  const { tracked } = subject;
  const row = { ...keyRow(key, tracked), ...subject.storyRow(story) };
  await insert(cluster, tracked.table, row, { code: 'story-row-refused', what: `the row of ${story}`, subject });
}

async function insert(
  cluster: Cluster,
  table: string,
  row: Readonly<Record<string, unknown>>,
  { code, what, subject }: { code: string; what: string; subject: Subject },
): Promise<void> {
  await cluster.insert(table, row).catch((error: Error) => {
    const hint = `see the table, the key, the seed and the row of the subject ${subject.name}`;
    throw new UsageError(code, `${what} was refused by the database: ${error.message}`, hint);
  });
}

function refusedSql({ name }: Subject, isConnecting: boolean): UsageError {
  const why = isConnecting
    ? 'cannot be removed from a running database again'
    : 'cannot run on the model of a simulation';
  return new UsageError(
    'seed-unsupported',
    `the seed of the subject ${name} is SQL, which ${why}`,
    'let the seed be a function that returns rows: { table: [row, …] }',
  );
}
