/** Databases in virtual time: versioned rows behind the real supabase-js, thousands of runs a second. */
import { OWN_DATABASE_CAPABILITIES, type Backend } from '../../port/backend.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { startCluster } from './simulated-cluster.ts';

export const simulatedBackend: Backend = {
  name: 'simulated',
  description: 'versioned rows behind the real supabase-js, in virtual time: a run takes milliseconds',
  capabilities: new Set([...GATEWAY_CAPABILITIES, ...OWN_DATABASE_CAPABILITIES, 'promotion']),
  isVirtual: true,
  start: startCluster,
  diagnose: async () => [{ what: 'virtual time', ok: true, detail: `Node ${process.versions.node}` }],
};
