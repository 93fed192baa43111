/** A Supabase of containers: PostgreSQL with streaming replicas, PostgREST before each, our gateway before all. */
import { OWN_DATABASE_CAPABILITIES } from '../../port/backend.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { startCluster, type ServerBackend } from '../postgres/postgres-cluster.ts';

export const containersBackend: ServerBackend = {
  name: 'containers',
  description: "Supabase's own images in containers, with streaming replicas; needs Docker",
  capabilities: new Set([...GATEWAY_CAPABILITIES, ...OWN_DATABASE_CAPABILITIES]),
  // testcontainers takes its time to load, which `ratchet list` need not wait for.
  start: async (options) => startCluster(options, (await import('./containers-boot.ts')).boot),
  diagnose: async () => (await import('./containers-diagnosis.ts')).diagnose(),
};
