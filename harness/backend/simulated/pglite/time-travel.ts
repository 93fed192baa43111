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

/** Begins a read-only transaction that sees the commits before `position`. */
export function beginAt({ module, connection }: Engine, position: number, settings: string): void {
  connection.query(`begin isolation level repeatable read read only; ${settings}`);
  const snapshot = module._GetTransactionSnapshot();
  const memory = Buffer.from(module.HEAPU8.buffer, module.HEAPU8.byteOffset, module.HEAPU8.byteLength);
  memory.writeUInt32LE(position % 2 ** 32, snapshot + XMAX);
  if (memory.readUInt32LE(snapshot + XMIN) > position) memory.writeUInt32LE(position % 2 ** 32, snapshot + XMIN);
}
