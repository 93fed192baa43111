/** Describes the measurements of a verdict; most properties have none. */
import type { Verdict } from '../checker/verdict.ts';

interface Quantiles {
  p50: number;
  p99: number;
  max: number;
}

interface Staleness {
  reads: number;
  behind: number;
  ms?: Quantiles;
  versions?: Quantiles;
}

interface Availability {
  reads: number;
  answered: number;
  latencyMs?: Quantiles;
}

export function describeMeasured({ property, measured }: Verdict): string | undefined {
  if (measured === undefined) return undefined;
  if (property === 'staleness') return describeStaleness(measured as unknown as Staleness);
  if (property === 'availability') return describeAvailability(measured as unknown as Availability);
  return undefined;
}

function describeStaleness({ reads, behind, ms, versions }: Staleness): string {
  if (ms === undefined || versions === undefined) return 'no read has a known place among the writes';
  if (behind === 0) return `none of ${reads} reads was behind`;
  const worst = `${rounded(ms.max)} ms and ${versions.max} ${versions.max === 1 ? 'version' : 'versions'} at most`;
  return `${behind} of ${reads} reads were behind: ${rounded(ms.p99)} ms at p99, ${worst}`;
}

function describeAvailability({ reads, answered, latencyMs }: Availability): string {
  const share = `${answered} of ${reads} reads answered`;
  if (latencyMs === undefined) return share;
  const { p50, p99, max } = latencyMs;
  return `${share}, in ${rounded(p50)} ms at p50, ${rounded(p99)} ms at p99, ${rounded(max)} ms at most`;
}

/** Rounded to at least three significant digits. */
function rounded(milliseconds: number): string {
  return String(milliseconds >= 100 ? Math.round(milliseconds) : Number(milliseconds.toPrecision(3)));
}
