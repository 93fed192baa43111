/** Helpers for the `draw` and `shrink` of several kinds of faults. */
import type { Version, VersionMoment } from './fault.ts';

export const START = { at_ms: 0 } as const;

export function afterCommit(version: Version): VersionMoment {
  return { after: { f: 'commit', ...version }, plus_ms: 0 };
}

/** When the tab has been shown exactly this version, which a tab that polls slowly may skip. */
export function afterShow(session: string, version: Version): VersionMoment {
  return { after: { f: 'show', session, ...version }, plus_ms: 0 };
}

export function later(moment: VersionMoment, byMs: number): VersionMoment {
  return { ...moment, plus_ms: moment.plus_ms + byMs };
}

/** The fault with smaller values of a field, the smallest first. */
export function* shorter<Field extends string, Fault extends { [key in Field]: number }>(
  fault: Fault,
  field: Field,
  values: readonly number[],
): Generator<Fault> {
  for (const value of values) if (value < fault[field]) yield { ...fault, [field]: value };
}

export const DELAYS_MS = [100, 300, 1_000, 3_000] as const;
