/** Databases in virtual time: versioned rows in memory, with PostgREST's API for the real supabase-js. */
import { OWN_DATABASE_CAPABILITIES, type Backend } from '../../port/backend.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { dataDirectoryOf } from './pglite/data-directory.ts';
import { openDatabase } from './pglite/pglite-database.ts';
import { startCluster } from './simulated-cluster.ts';

export const simulatedBackend: Backend = {
  name: 'simulated',
  description: 'databases in memory and virtual time, with the real supabase-js: a run takes milliseconds',
  capabilities: new Set([...GATEWAY_CAPABILITIES, ...OWN_DATABASE_CAPABILITIES, 'promotion']),
  isVirtual: true,
  prepare: openDatabase,
  prepareFiles: async ({ migrations }) => void (await dataDirectoryOf(migrations)),
  start: startCluster,
  diagnose: async () => [{ what: 'virtual time', ok: true, detail: `Node ${process.versions.node}` }],
};
