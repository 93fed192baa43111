/** Parses bounds on the command line: `2s`, `500ms`, `3versions`, `99.9%`, `512MiB`. */
import { InvalidArgumentError } from 'commander';

/** `2s`, `500ms` or `2h` in milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It must be like 2s or 500ms.');
  return Number(match[1]) * { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'min' | 'h'];
}

/** `512MiB` or `4GiB` in bytes. */
export function memory(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(MiB|GiB)$/.exec(text);
  const bytes = Number(match?.[1]) * (match?.[2] === 'GiB' ? 2 ** 30 : 2 ** 20);
  if (!(bytes > 0)) throw new InvalidArgumentError('It must be like 512MiB or 4GiB.');
  return bytes;
}

export interface StalenessBounds {
  maxStalenessMs?: number;
  maxStalenessVersions?: number;
}

/** A bound in time or in versions. The option may be given once for each. */
export function staleness(text: string, before: StalenessBounds = {}): StalenessBounds {
  const versions = /^(\d+)versions?$/.exec(text);
  const bound =
    versions === null ? { maxStalenessMs: stalenessTime(text) } : { maxStalenessVersions: Number(versions[1]) };
  const twice = Object.keys(bound).some((name) => name in before);
  if (twice) throw new InvalidArgumentError('Give at most one bound in time and one in versions.');
  return { ...before, ...bound };
}

function stalenessTime(text: string): number {
  if (/^\d+(?:\.\d+)?(ms|s|min|h)$/.test(text)) return duration(text);
  throw new InvalidArgumentError('It must be like 500ms or 3versions.');
}

/** `99.9%` as a fraction from 0 to 1. */
export function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text);
  const percent = Number(match?.[1]);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('It must be like 99.9%.');
  // Not divided: 99.9 / 100 is more than 0.999, and 999 answers of 1000 would be too few.
  return Number(`${percent}e-2`);
}
