import type { Backend, ClusterOptions, PreparedDatabase } from '../../port/backend.ts';
import { simulatedBackend } from './simulated.ts';

/** The simulated backend without a model: its databases are made from the migrations, which must be the same at each start. */
export function simulatedFromMigrations(): Backend {
  let prepared: Promise<PreparedDatabase> | undefined;
  return {
    ...simulatedBackend,
    async start(options) {
      return startOn(await (prepared ??= simulatedBackend.prepare!(options)), options);
    },
  };
}

/** The same for a cluster that starts in virtual time, where nothing can be prepared. */
export async function preparedFromMigrations(source: ClusterOptions): Promise<Backend> {
  const database = await simulatedBackend.prepare!(source);
  return { ...simulatedBackend, start: (options) => startOn(database, options) };
}

function startOn(database: PreparedDatabase, options: ClusterOptions): ReturnType<Backend['start']> {
  const simulation = { ...options.simulation!, model: undefined, database };
  return simulatedBackend.start({ ...options, migrations: [], simulation });
}
