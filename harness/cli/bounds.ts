/** Bounds as they are typed: `2s`, `500ms`, `3versions`, `99.9%`. */
import { InvalidArgumentError } from 'commander';

/** Milliseconds in `2s` or `500ms`. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It must be like 2s or 500ms.');
  return Number(match[1]) * { ms: 1, s: 1_000, min: 60_000 }[match[2] as 'ms' | 's' | 'min'];
}

export interface StalenessBounds {
  maxStalenessMs?: number;
  maxStalenessVersions?: number;
}

/** A time or a number of versions; given twice, both. */
export function staleness(text: string, before: StalenessBounds = {}): StalenessBounds {
  const versions = /^(\d+)versions?$/.exec(text);
  const bound =
    versions === null ? { maxStalenessMs: stalenessTime(text) } : { maxStalenessVersions: Number(versions[1]) };
  const twice = Object.keys(bound).some((name) => name in before);
  if (twice) throw new InvalidArgumentError('A bound in time and one in versions may be given, not two of a kind.');
  return { ...before, ...bound };
}

function stalenessTime(text: string): number {
  if (/^\d+(?:\.\d+)?(ms|s|min)$/.test(text)) return duration(text);
  throw new InvalidArgumentError('It must be like 500ms or 3versions.');
}

/** A share from 0 to 1 in `99.9%`. */
export function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text);
  const percent = Number(match?.[1]);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('It must be like 99.9%.');
  // Not divided: 99.9 / 100 is more than 0.999, and 999 answers of 1000 would be too few.
  return Number(`${percent}e-2`);
}
