/** PostgreSQL from npm packages: a primary and streaming standbys as local processes, without containers. */
import { OWN_DATABASE_CAPABILITIES } from '../../port/backend.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { startCluster, type ServerBackend } from '../postgres/postgres-cluster.ts';
import { boot } from './embedded-boot.ts';
import { diagnose } from './embedded-diagnosis.ts';

export const embeddedBackend: ServerBackend = {
  name: 'embedded',
  description: 'PostgreSQL 18 with streaming standbys from npm packages; REST by @supabase/lite or PostgREST',
  capabilities: new Set([...GATEWAY_CAPABILITIES, ...OWN_DATABASE_CAPABILITIES, 'promotion']),
  start: (options) => startCluster(options, boot),
  diagnose,
};
