/** The backend for a running Supabase, configured by environment variables. It writes only to a marked target. */
import { RatchetError, UsageError } from '../../errors.ts';
import type { Backend, Capability, ClusterOptions, Diagnosis } from '../../port/backend.ts';
import { TEST_TARGET_TABLE } from '../../port/test-target.ts';
import { GATEWAY_CAPABILITIES } from '../../gateway/gateway.ts';
import { forbidCoreDumps } from '../../lifetime/core-dumps.ts';
import { connectTarget } from './remote-cluster.ts';
import { takeSettings, type Settings } from './remote-settings.ts';
import { isMarked, requireJwtSecret, requirePermission, requireTable } from './target.ts';

const OF_DATABASES: readonly Capability[] = ['commits', 'replicas', 'lag-paused', 'lag-exact'];

export function remoteFrom(settings: Settings | UsageError): Backend {
  return {
    name: 'remote',
    description: 'a Supabase that is already running, with URL and keys from RATCHET_REMOTE_… variables',
    isConnecting: true,
    capabilities: new Set([...GATEWAY_CAPABILITIES, 'stream', ...databaseCapabilities(settings)]),
    lacks: lacksOf(settings),
    async start(options) {
      if (settings instanceof UsageError) throw settings;
      await inspect(settings, options);
      return connectTarget(settings, options);
    },
    diagnose: () => diagnose(settings),
  };
}

export const remoteBackend: Backend = remoteFrom(protectedSettings());

function protectedSettings(): Settings | UsageError {
  const settings = takeSettings(process.env);
  if (!(settings instanceof UsageError)) forbidCoreDumps();
  return settings;
}

/**
 * The capabilities that need database access. All, if no target is configured: then the error is the missing
 * configuration, not a missing capability.
 */
function databaseCapabilities(settings: Settings | UsageError): readonly Capability[] {
  const isKnown = !(settings instanceof UsageError);
  if (isKnown && settings.databaseUrl === undefined) return [];
  return isKnown && settings.replicas.length === 0 ? ['commits'] : OF_DATABASES;
}

/** What would have to be set, and what cannot be. */
function lacksOf(settings: Settings | UsageError): Backend['lacks'] {
  const server = {
    'stream-server': 'faults of Realtime are made on the way to the target, and this one needs its server',
  };
  if (settings instanceof UsageError) return server;
  const unset = settings.databaseUrl === undefined ? 'RATCHET_REMOTE_DATABASE_URL' : 'RATCHET_REMOTE_REPLICA_URLS';
  const has = databaseCapabilities(settings);
  const lacking = OF_DATABASES.filter((each) => !has.includes(each));
  return { ...server, ...Object.fromEntries(lacking.map((each) => [each, `${unset} is not set`])) };
}

/** Checks the target, without writing to it. @throws RatchetError if a run is not permitted or not possible */
async function inspect(
  settings: Settings,
  { replicas, tracked, ownsTarget, onProgress, signal }: ClusterOptions,
): Promise<void> {
  onProgress('checking the target');
  if (replicas > settings.replicas.length) {
    throw new UsageError(
      'remote-replicas',
      `the plan needs ${replicas} replicas, but RATCHET_REMOTE_REPLICA_URLS names ${settings.replicas.length}`,
    );
  }
  requirePermission(await isMarked(settings, signal), ownsTarget, 'the target at RATCHET_REMOTE_URL');
  if (tracked !== undefined) await requireTable(settings, tracked, signal);
  if (settings.jwtSecret !== undefined) await requireJwtSecret(settings, settings.jwtSecret, signal);
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
    return {
      what: 'target',
      ok,
      detail: ok ? 'marked as a test target' : `not marked: it has no table ${TEST_TARGET_TABLE}`,
    };
  } catch (error) {
    if (!(error instanceof RatchetError)) throw error;
    return { what: 'target', ok: false, detail: error.message };
  }
}
