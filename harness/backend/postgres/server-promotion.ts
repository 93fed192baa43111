/** A promotion: the primary is lost, and a server on a copy of a replica's disk replaces it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import { compareLsn, type Lsn } from '../../history/lsn.ts';
import type { NodeName, Promotion } from '../../port/backend.ts';
import { firstOf, required } from '../../required.ts';
import type { PrimaryServer } from './boot.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import type { PromotionOperations } from './promotion-operations.ts';
import type { ServerReplica } from './server-node.ts';
import { openClient } from './open-servers.ts';
import { waitForServer } from './server-wait.ts';
import type { Teardown } from '../../lifetime/teardown.ts';

export interface PromotionOptions {
  primary: PrimaryServer;
  replicas: readonly ServerReplica[];
  operations: PromotionOperations;
  teardown: Teardown;
  onFailure(reason: EnvironmentError, server: string): void;
}

const POLL_MS = 2;

/** Implements the port's `promote`. */
export async function promote(name: NodeName, downMs: number, options: PromotionOptions): Promise<Promotion> {
  const { primary, replicas } = options;
  const promoted = replicas.find((replica) => replica.name === name);
  if (promoted === undefined || promoted.isDown || primary.successor !== undefined) throw notPromotable(name);
  const successor = Promise.withResolvers<void>();
  successor.promise.catch(() => {});
  primary.successor = successor.promise;
  try {
    const handover = await losePrimary(promoted, options);
    const downtime = sleep(downMs, undefined, { signal: options.teardown.signal });
    downtime.catch(() => {});
    startNewPrimary(handover, downtime, options).then(successor.resolve, (reason: EnvironmentError) => {
      successor.reject(reason);
      options.onFailure(reason, 'primary');
    });
    return {
      lsn: handover.lsn,
      commitsLost: handover.lost.count,
      async replace() {
        await successor.promise;
        await handover.restartPromoted();
      },
    };
  } catch (error) {
    successor.reject(error);
    throw error;
  }
}

interface Handover {
  promoted: ServerReplica;
  /** Where the new primary starts. */
  lsn: Lsn;
  /** Where the WAL of the old primary ends. */
  end: Lsn;
  lost: { count: number; keys: string[] };
  /** The replicas that may have WAL after `lsn`. */
  ahead: readonly ServerReplica[];
  /** Starts the promoted replica as a replica again. */
  restartPromoted(): Promise<void>;
}

/** Ends the old primary after all of its commits have been reported. Those that the replica does not have are lost. */
async function losePrimary(promoted: ServerReplica, options: PromotionOptions): Promise<Handover> {
  const { primary, replicas, operations, teardown } = options;
  const end = await drainPrimary(primary, operations, teardown);
  await promoted.lag.untilReceived(end);
  await operations.killPrimary();
  const lsn = await promoted.lag.finalLsn();
  const restartPromoted = await required(promoted.outage, 'the outage of a replica')('kill');
  const ahead = replicas.filter((replica) => replica !== promoted && replica.lag.isAheadOf(lsn));
  for (const { lag } of replicas) lag.discard({ after: lsn, upTo: end });
  return { promoted, lsn, end, lost: primary.commits.discardAfter(lsn), ahead, restartPromoted };
}

/** Disconnects all clients of the primary. Resolves to the end of its WAL once all commits up to there are reported. */
async function drainPrimary(
  { node, address, commits }: PrimaryServer,
  operations: PromotionOperations,
  teardown: Teardown,
): Promise<Lsn> {
  const owner = openClient(teardown, address, 1);
  await owner`select 1`;
  await operations.hidePrimary();
  await waitForServer(async () => !(await disconnectOthers(owner)), POLL_MS, {
    name: 'primary',
    failure: 'did not disconnect its clients',
    lastLog: node.lastLog,
    signal: teardown.signal,
  });
  await owner`select pg_logical_emit_message(false, 'ratchet', '', true)`;
  const end = await flushedLsn(owner);
  await commits.deliveredUpTo(end);
  commits.unfollow();
  await owner.end();
  return end;
}

/** Terminates the other client connections. False if there were none. */
async function disconnectOthers(owner: ReconnectingClient): Promise<boolean> {
  const others = await owner`
    select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
  return others.length > 0;
}

async function startNewPrimary(handover: Handover, downtime: Promise<void>, options: PromotionOptions): Promise<void> {
  const { promoted, lsn, end, lost, ahead } = handover;
  const { primary, operations, teardown } = options;
  const address = await operations.startOnCopyOf(promoted.name);
  const owner = openClient(teardown, address, 1);
  await becomePrimary(owner, handover, options);
  await advanceWalPast(owner, end);
  await primary.commits.follow(address);
  await downtime;
  const replaced = ahead.map((replica) =>
    replica.replaceDisk(operations.outageOf(replica.name), () => operations.copyDisk(promoted.name, replica.name)),
  );
  await Promise.all(replaced);
  await primary.commits.reportRestored(owner, lost.keys, { lsn, promoted: promoted.name });
  await owner.end();
  await operations.showPrimary();
  primary.successor = undefined;
}

async function becomePrimary(
  owner: ReconnectingClient,
  { promoted, lsn }: Handover,
  { primary, teardown }: PromotionOptions,
): Promise<void> {
  const wait = { name: 'primary', lastLog: primary.node.lastLog, signal: teardown.signal };
  // The server accepts connections before it has replayed all WAL on its disk.
  let replayed: Lsn = lsn;
  const hasReplayed = async (): Promise<boolean> => {
    replayed = await replayedLsn(owner);
    return compareLsn(replayed, lsn) >= 0;
  };
  await waitForServer(hasReplayed, POLL_MS, { ...wait, failure: `did not replay the WAL on its disk up to ${lsn}` });
  if (compareLsn(replayed, lsn) !== 0) throw lsnMismatch(promoted.name, lsn, replayed);
  // Does not wait for the promotion, because PostgreSQL would check only ten times a second whether it is done.
  await owner`select pg_promote(false)`;
  const isPrimary = async (): Promise<boolean> => {
    return !firstOf(await owner<{ standby: boolean }[]>`select pg_is_in_recovery() as standby`).standby;
  };
  await waitForServer(isPrimary, POLL_MS, { ...wait, failure: 'did not end its recovery' });
}

/** Advances the WAL beyond the end of the old primary's, so that no LSN is used twice. */
async function advanceWalPast(owner: ReconnectingClient, end: Lsn): Promise<void> {
  while (compareLsn(await flushedLsn(owner), end) <= 0) {
    // PostgreSQL does not switch away from an empty segment.
    await owner`select pg_logical_emit_message(false, 'ratchet', '', true)`;
    await owner`select pg_switch_wal()`;
  }
}

async function replayedLsn(owner: ReconnectingClient): Promise<Lsn> {
  return firstOf(await owner<{ lsn: Lsn }[]>`select pg_last_wal_replay_lsn()::text as lsn`).lsn;
}

async function flushedLsn(owner: ReconnectingClient): Promise<Lsn> {
  return firstOf(await owner<{ lsn: Lsn }[]>`select pg_current_wal_flush_lsn()::text as lsn`).lsn;
}

function notPromotable(name: NodeName): EnvironmentError {
  return new EnvironmentError(
    'no-promotion',
    `${name} cannot be promoted: the replica or the primary is already down`,
    'Begin a promotion when the replica is up and the previous promotion is over.',
  );
}

function lsnMismatch(name: NodeName, expected: Lsn, found: Lsn): EnvironmentError {
  return new EnvironmentError(
    'promotion-changed',
    `PostgreSQL ${name} had replayed up to ${expected} when the primary was lost, but starts as the new primary at ${found}.`,
    'The machine may be overloaded. The run is inconclusive; start it again.',
  );
}
