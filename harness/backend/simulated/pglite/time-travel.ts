/**
 * Reads of the past: PostgreSQL keeps old row versions, and a snapshot decides which of them a transaction sees. The
 * snapshot of a read-only transaction is changed in memory, so that it ends before a later transaction id.
 */
import type { EngineConnection } from './engine-connection.ts';
import type { Engine } from './pglite-engine.ts';

/** Offsets in `SnapshotData`. */
const XMIN = 4;
const XMAX = 8;

/** A transaction that stays open, so that no old row version is removed. */
export function holdHorizon(connection: EngineConnection): void {
  connection.query(`begin; create table public._ratchet_hold (); prepare transaction 'hold'`);
}

/** The position after the last transaction that has begun. Commits are serial, so that it orders them. */
export function currentPosition({ module }: Engine): number {
  return Number(module._ReadNextFullTransactionId());
}

/** Lets the current transaction, which must be read-only and repeatable read, see the commits before `position`. */
export function seePast({ module }: Engine, position: number): void {
  const snapshot = module._GetTransactionSnapshot();
  const memory = new DataView(module.HEAPU8.buffer, module.HEAPU8.byteOffset + snapshot);
  memory.setUint32(XMAX, position % 2 ** 32, true);
  if (memory.getUint32(XMIN, true) > position) memory.setUint32(XMIN, position % 2 ** 32, true);
}
