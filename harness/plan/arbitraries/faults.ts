/** The faults that befall replicas. */
import type { DrawnFault } from '../deviations.ts';
import { afterCommit, type Version } from './versions.ts';

export const NOW = { at_ms: 0 } as const;

export function timedLag(replica: string, delayMs: number): DrawnFault {
  return { kind: 'lag', mode: 'timed', replica, delay_ms: delayMs, from: NOW };
}

export function exactLag(replica: string, holdAt: Version): DrawnFault {
  return { kind: 'lag', mode: 'exact', replica, hold_at: holdAt, from: NOW };
}

export function rotation(replica: string, until: Version): DrawnFault {
  return { kind: 'out-of-rotation', replica, from: NOW, until: afterCommit(until) };
}
