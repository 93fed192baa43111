/** The primary is lost for good, and a server on a copy of a replica's disk takes its place. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import { compareLsn, type Lsn } from '../../history/lsn.ts';
import type { NodeName, Promotion } from '../../port/backend.ts';
import type { PrimaryServer } from './boot.ts';
import type { ReconnectingClient } from './reconnecting-client.ts';
import type { PromotionOperations } from './promotion-operations.ts';
import type { ServerReplica } from './server-node.ts';
import { openClient } from './open-servers.ts';
import type { Teardown } from '../../lifetime/teardown.ts';

export interface PromotionOptions {
  primary: PrimaryServer;
  replicas: readonly ServerReplica[];
  machines: PromotionOperations;
  teardown: Teardown;
  onFailure(reason: EnvironmentError, server: string): void;
}

const POLL_MS = 2;
const REPLAY_WITHIN_MS = 30_000;

/** As the port's `promote`. */
export async function promote(name: NodeName, downMs: number, options: PromotionOptions): Promise<Promotion> {
  const { primary, replicas } = options;
  const promoted = replicas.find((replica) => replica.name === name);
  if (promoted === undefined || promoted.isAway || primary.successor !== undefined) throw impossible(name);
  const successor = Promise.withResolvers<void>();
  successor.promise.catch(() => {});
  primary.successor = successor.promise;
  try {
    const succession = await lose(promoted, options);
    const downtime = sleep(downMs, undefined, { signal: options.teardown.signal });
    downtime.catch(() => {});
    succeed(succession, downtime, options).then(successor.resolve, (reason: EnvironmentError) => {
      successor.reject(reason);
      options.onFailure(reason, 'primary');
    });
    return {
      lsn: succession.lsn,
      commitsLost: succession.lost.count,
      async replace() {
        await successor.promise;
        await succession.fill();
      },
    };
  } catch (error) {
    successor.reject(error);
    throw error;
  }
}

interface Succession {
  promoted: ServerReplica;
  /** Where the new primary begins, and where the WAL of the old one ended. */
  lsn: Lsn;
  end: Lsn;
  lost: { count: number; keys: string[] };
  /** Those that may have more than the new primary. */
  ahead: readonly ServerReplica[];
  /** Starts the promoted replica as a replica again. */
  fill(): Promise<void>;
}

/** Every commit of the old primary has been told when it dies; what the replica lacks of them is lost. */
async function lose(promoted: ServerReplica, options: PromotionOptions): Promise<Succession> {
  const { primary, replicas, machines, teardown } = options;
  const end = await retire(primary, machines, teardown);
  await promoted.lag.offered(end);
  await machines.killPrimary();
  const lsn = await promoted.lag.inheritance();
  const fill = await promoted.outage!('kill');
  const ahead = replicas.filter((replica) => replica !== promoted && replica.lag.isAheadOf(lsn));
  for (const { lag } of replicas) lag.cut({ after: lsn, upTo: end });
  return { promoted, lsn, end, lost: primary.commits.cut(lsn), ahead, fill };
}

/** Resolves with the end of its WAL, to which nobody adds any more. */
async function retire({ address, commits }: PrimaryServer, machines: PromotionOperations, teardown: Teardown): Promise<Lsn> {
  const owner = openClient(teardown, address, 1);
  await owner`select 1`;
  await machines.hidePrimary();
  while (await isUsed(owner)) await sleep(POLL_MS);
  await owner`select pg_logical_emit_message(false, 'ratchet', '', true)`;
  const end = await flushedLsn(owner);
  await commits.deliveredUpTo(end);
  commits.leave();
  await owner.end();
  return end;
}

/** Whether there were others, who are asked to go. */
async function isUsed(owner: ReconnectingClient): Promise<boolean> {
  const others = await owner`
    select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
  return others.length > 0;
}

async function succeed(succession: Succession, downtime: Promise<void>, options: PromotionOptions): Promise<void> {
  const { promoted, lsn, end, lost, ahead } = succession;
  const { primary, machines, teardown } = options;
  const address = await machines.startOnCopyOf(promoted.name);
  const owner = openClient(teardown, address, 1);
  await becomePrimary(owner, promoted.name, lsn);
  await passBy(owner, end);
  await primary.commits.follow(address);
  await downtime;
  const renewed = ahead.map((replica) =>
    replica.renew(machines.outageOf(replica.name), () => machines.copyDisk(promoted.name, replica.name)),
  );
  await Promise.all(renewed);
  await primary.commits.tellLeft(owner, lost.keys, { lsn, promoted: promoted.name });
  await owner.end();
  await machines.showPrimary();
  primary.successor = undefined;
}

async function becomePrimary(owner: ReconnectingClient, replica: NodeName, lsn: Lsn): Promise<void> {
  // It accepts connections before it has replayed all that is on its disk.
  const deadline = performance.now() + REPLAY_WITHIN_MS;
  let replayed = await replayedLsn(owner);
  while (compareLsn(replayed, lsn) < 0 && performance.now() < deadline) {
    await sleep(POLL_MS);
    replayed = await replayedLsn(owner);
  }
  if (compareLsn(replayed, lsn) !== 0) throw changed(replica, lsn, replayed);
  // PostgreSQL itself looks only ten times a second whether it is done.
  await owner`select pg_promote(false)`;
  const isStandby = async (): Promise<boolean> => {
    const [state] = await owner<{ standby: boolean }[]>`select pg_is_in_recovery() as standby`;
    return state!.standby;
  };
  while (await isStandby()) await sleep(POLL_MS);
}

/** Positions of what the old primary had written are not used a second time. */
async function passBy(owner: ReconnectingClient, end: Lsn): Promise<void> {
  while (compareLsn(await flushedLsn(owner), end) <= 0) {
    // Without anything in it a segment would not be left.
    await owner`select pg_logical_emit_message(false, 'ratchet', '', true)`;
    await owner`select pg_switch_wal()`;
  }
}

async function replayedLsn(owner: ReconnectingClient): Promise<Lsn> {
  const [row] = await owner<{ lsn: Lsn }[]>`select pg_last_wal_replay_lsn()::text as lsn`;
  return row!.lsn;
}

async function flushedLsn(owner: ReconnectingClient): Promise<Lsn> {
  const [row] = await owner<{ lsn: Lsn }[]>`select pg_current_wal_flush_lsn()::text as lsn`;
  return row!.lsn;
}

function impossible(name: NodeName): EnvironmentError {
  return new EnvironmentError(
    'no-promotion',
    `${name} cannot be promoted: it or the primary is down already`,
    'Let the replica be up, and the promotion before this one be over, when it begins.',
  );
}

function changed(name: NodeName, expected: Lsn, found: Lsn): EnvironmentError {
  return new EnvironmentError(
    'promotion-changed',
    `PostgreSQL ${name} had replayed up to ${expected} when the primary was lost, and begins as the new one at ${found}.`,
    'The machine may be overloaded. The run proves nothing; start it again.',
  );
}
