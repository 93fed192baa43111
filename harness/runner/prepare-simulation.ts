/** What a subject's runs in virtual time need, and cannot wait for within a run. */
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import type { PreparedDatabase } from '../port/backend.ts';
import type { Subject } from '../port/subject.ts';
import { migrationsOf } from './migration-files.ts';

/**
 * The database that the subject's migrations make; `undefined` for a subject with a model. A thread has one database for
 * each subject, which its runs use one after another.
 * @throws UsageError for missing migrations, and for one that cannot be applied
 */
export async function prepareSimulation({
  simulation,
  tracked,
  ...subject
}: Pick<Subject, 'simulation' | 'migrations' | 'seed' | 'tracked'>): Promise<PreparedDatabase | undefined> {
  if (simulation !== undefined) return undefined;
  const source = { migrations: await migrationsOf(subject), tracked };
  const key = JSON.stringify(source);
  let database = databases.get(key);
  if (database === undefined) databases.set(key, (database = simulatedBackend.prepare?.(source)));
  return database;
}

/**
 * Makes what `prepareSimulation` needs on disk, for a thread that starts others but simulates nothing itself.
 * @throws UsageError for missing migrations, and for one that cannot be applied
 */
export async function prepareSimulationFiles({
  simulation,
  tracked,
  ...subject
}: Pick<Subject, 'simulation' | 'migrations' | 'seed' | 'tracked'>): Promise<void> {
  if (simulation !== undefined) return;
  await simulatedBackend.prepareFiles?.({ migrations: await migrationsOf(subject), tracked });
}

const databases = new Map<string, Promise<PreparedDatabase> | undefined>();
