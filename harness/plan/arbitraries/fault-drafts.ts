/** What befalls a replica. */
import fc, { type Arbitrary } from 'fast-check';
import type { Fault, FaultOf } from '../faults.ts';
import type { Limits } from './limits.ts';
import { afterCommit, type Version } from './version-names.ts';

export const NOW = { at_ms: 0 } as const;

/** What befalls it when some version has been committed, or until then. */
export interface ReplicaFaultDraft {
  kind: (typeof REPLICA_KINDS)[number];
  how: FaultOf<'outage'>['how'];
  lasts_ms: number;
}

const REPLICA_KINDS = ['lag-exact', 'out-of-rotation', 'outage', 'promotion'] as const;

/** `undefined` where the range allows none. */
export function replicaFaultDraft({ kinds, lags }: Limits): Arbitrary<ReplicaFaultDraft> | undefined {
  const allowed = REPLICA_KINDS.filter((kind) => kinds.has(kind));
  if (allowed.length === 0) return undefined;
  return fc.record({
    kind: fc.constantFrom(...allowed),
    how: fc.constantFrom('partition', 'kill', 'restart', 'freeze'),
    lasts_ms: fc.constantFrom(...lags),
  });
}

export function befallReplica(replica: string, version: Version, { kind, how, lasts_ms }: ReplicaFaultDraft): Fault {
  switch (kind) {
    case 'lag-exact':
      return { kind: 'lag', mode: 'exact', replica, hold_at: version, from: NOW };
    case 'out-of-rotation':
      return { kind, replica, from: NOW, until: afterCommit(version) };
    case 'outage': {
      const from = afterCommit(version);
      return { kind, how, replica, from, until: { ...from, plus_ms: lasts_ms } };
    }
    case 'promotion':
      return { kind, replica, down_ms: lasts_ms, from: afterCommit(version) };
  }
}

/** Beyond what caches and tokens live for. */
const OFFSETS_MS = [60_000, -60_000, 600_000, -600_000, 86_400_000, -86_400_000] as const;

/** By how much the clock of an instance is wrong; `undefined` where the range allows no such thing. */
export function skewDraft({ kinds }: Limits): Arbitrary<number> | undefined {
  return kinds.has('clock-skew') ? fc.constantFrom(...OFFSETS_MS) : undefined;
}

export function skewedClock(instance: number, offsetMs: number): Fault {
  return { kind: 'clock-skew', instance, offset_ms: offsetMs, from: NOW };
}

export function timedLag(replica: string, delayMs: number): Fault {
  return { kind: 'lag', mode: 'timed', replica, delay_ms: delayMs, from: NOW };
}
