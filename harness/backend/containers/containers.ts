/** Supabase in containers: PostgreSQL with streaming replicas, each with PostgREST. The gateway runs in the harness. */
import { EnvironmentError } from '../../errors.ts';
import { withPackage } from '../../optional-package.ts';
import { OWN_DATABASE_CAPABILITIES } from '../../port/backend.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { startCluster, type ServerBackend } from '../postgres/postgres-cluster.ts';

export const containersBackend: ServerBackend = {
  name: 'containers',
  description: "Supabase's own images in containers, with streaming replicas; needs Docker",
  capabilities: new Set([...GATEWAY_CAPABILITIES, ...OWN_DATABASE_CAPABILITIES, 'promotion']),
  // testcontainers loads slowly, so it is imported only when it is needed.
  start: async (options) =>
    startCluster(options, (await withTestcontainers(() => import('./containers-boot.ts'))).boot),
  async diagnose() {
    try {
      const { diagnose } = await withTestcontainers(() => import('./containers-diagnosis.ts'));
      return await diagnose();
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      return [{ what: 'testcontainers', ok: false, detail: `not installed; ${error.hint}` }];
    }
  },
};

function withTestcontainers<T>(load: () => Promise<T>): Promise<T> {
  return withPackage('testcontainers', 'the backend containers', load);
}
