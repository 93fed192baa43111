/** A Supabase that somebody else runs, told by environment variables; written to only where it is marked for that. */
import { RatchetError, UsageError } from '../../errors.ts';
import type { Backend, Capability, ClusterOptions, Diagnosis } from '../../port/backend.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { connectTarget } from './remote-cluster.ts';
import { takeSettings, type Settings } from './remote-settings.ts';
import { MARKER, isMarked, requirePermission, requireTable } from './target.ts';

export function remoteFrom(settings: Settings | UsageError): Backend {
  return {
    name: 'remote',
    description: 'a Supabase that somebody else runs, by URL and keys from RATCHET_REMOTE_… variables',
    capabilities: new Set([...GATEWAY_CAPABILITIES, ...byDatabases(settings)]),
    async start(options) {
      if (settings instanceof UsageError) throw settings;
      await inspect(settings, options);
      return connectTarget(settings, options);
    },
    diagnose: () => diagnose(settings),
  };
}

export const remoteBackend: Backend = remoteFrom(takeSettings(process.env));

/** What only its databases let one do. A target that nobody has named may have any: a run says first that it is missing. */
function byDatabases(settings: Settings | UsageError): Capability[] {
  const isKnown = !(settings instanceof UsageError);
  if (isKnown && settings.databaseUrl === undefined) return [];
  return isKnown && settings.replicas.length === 0 ? ['commits'] : ['commits', 'replicas', 'lag-paused', 'lag-exact'];
}

/** Reads only. @throws RatchetError unless a run may begin */
async function inspect(
  settings: Settings,
  { replicas, tracked, ownsTarget, onProgress, signal }: ClusterOptions,
): Promise<void> {
  onProgress('looking at the target');
  if (replicas > settings.replicas.length) {
    throw new UsageError(
      'remote-replicas',
      `${replicas} replicas are needed, and RATCHET_REMOTE_REPLICA_URLS names ${settings.replicas.length}`,
    );
  }
  requirePermission(await isMarked(settings, signal), ownsTarget, 'the target at RATCHET_REMOTE_URL');
  if (tracked !== undefined) await requireTable(settings, tracked, signal);
}

async function diagnose(settings: Settings | UsageError): Promise<Diagnosis[]> {
  if (settings instanceof UsageError) return [{ what: 'target', ok: false, detail: settings.message }];
  const { databaseUrl, replicas } = settings;
  return [
    await diagnoseTarget(settings),
    {
      what: 'order of commits',
      ok: databaseUrl !== undefined,
      detail: databaseUrl === undefined ? 'unknown: set RATCHET_REMOTE_DATABASE_URL' : 'from its database',
    },
    {
      what: 'replicas',
      ok: replicas.length > 0,
      detail: replicas.length > 0 ? String(replicas.length) : 'none: set RATCHET_REMOTE_REPLICA_URLS',
    },
  ];
}

async function diagnoseTarget(settings: Settings): Promise<Diagnosis> {
  try {
    const ok = await isMarked(settings);
    return { what: 'target', ok, detail: ok ? 'marked as a test target' : `not marked: it has no table ${MARKER}` };
  } catch (error) {
    if (!(error instanceof RatchetError)) throw error;
    return { what: 'target', ok: false, detail: error.message };
  }
}
