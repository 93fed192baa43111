/** Real PostgreSQL, a primary and streaming standbys, from npm packages; nothing to install, no container. */
import { OWN_DATABASE_CAPABILITIES } from '../../port/backend.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { startCluster, type ServerBackend } from '../postgres/postgres-cluster.ts';
import { boot } from './embedded-boot.ts';
import { diagnose } from './embedded-diagnosis.ts';

export const embeddedBackend: ServerBackend = {
  name: 'embedded',
  description: 'PostgreSQL 18 with streaming standbys from npm packages; @supabase/lite or PostgREST before them',
  capabilities: new Set([...GATEWAY_CAPABILITIES, ...OWN_DATABASE_CAPABILITIES, 'promotion']),
  start: (options) => startCluster(options, boot),
  diagnose,
};
