import { NONE, OK, READ_INVOKE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { quantilesOf } from './quantiles.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';

const evidenceMax = 10;

/**
 * The share of reads that answered, and how long these took. A read answers with `ok`; one that failed, was lost or was
 * still in flight at the end did not. Judged only with a bound, which a history without reads keeps.
 */
export const availability: Checker = (history, { minAvailability = 0 }) => {
  const findings = new Findings('availability');
  const { reads, latenciesMs, unanswered } = measure(history);
  const answered = latenciesMs.length;
  const share = reads === 0 ? undefined : answered / reads;
  if (share !== undefined && share < minAvailability) {
    findings.violation(() => ({
      key: history.keyName(unanswered[0] ?? NONE),
      events: unanswered,
      sentence: `only ${answered} of ${reads} reads answered (${percent(share)}), not ${percent(minAvailability)}`,
    }));
  }
  return findings.verdict({ reads, answered, share, latencyMs: quantilesOf(latenciesMs) });
};

function measure(history: HistoryColumns): { reads: number; latenciesMs: Float64Array; unanswered: number[] } {
  const { code, mate, time, length } = history;
  const latencies = new Float64Array(length >> 1);
  const unanswered: number[] = [];
  let [reads, answered] = [0, 0];
  for (let at = 0; at < length; at++) {
    if (code[at] !== READ_INVOKE) continue;
    reads += 1;
    if (history.outcomeOf(at) === OK) latencies[answered++] = (time[mate[at]!]! - time[at]!) / 1e6;
    else if (unanswered.length < evidenceMax) unanswered.push(Math.max(at, mate[at]!));
  }
  return { reads, latenciesMs: latencies.subarray(0, answered), unanswered: unanswered.toSorted((a, b) => a - b) };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}
