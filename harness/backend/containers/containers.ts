/** Supabase in containers: PostgreSQL with streaming replicas, each with PostgREST. The gateway runs in the harness. */
import { OWN_DATABASE_CAPABILITIES } from '../../port/backend.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { startCluster, type ServerBackend } from '../postgres/postgres-cluster.ts';

export const containersBackend: ServerBackend = {
  name: 'containers',
  description: "Supabase's own images in containers, with streaming replicas; needs Docker",
  capabilities: new Set([...GATEWAY_CAPABILITIES, ...OWN_DATABASE_CAPABILITIES]),
  // testcontainers loads slowly, so it is imported only when it is needed.
  start: async (options) => startCluster(options, (await import('./containers-boot.ts')).boot),
  diagnose: async () => (await import('./containers-diagnosis.ts')).diagnose(),
};
