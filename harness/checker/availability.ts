import { NONE, OK, READ_INVOKE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Float64Column } from '../history/typed-columns.ts';
import { extentOf, type Need } from './extent.ts';
import { quantilesOf } from './quantiles.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';

const evidenceMax = 10;

const INVOKED_READ: Need = { codes: [READ_INVOKE], lack: 'no read' };

/**
 * The share of reads that were answered, and their latency. A read is answered if it completes with `ok`, not if it
 * fails, is lost or is still in flight at the end. Without a bound it is only measured.
 */
export const availability: Checker = (history, { minAvailability = 0 }) => {
  const findings = new Findings('availability');
  const { reads, answered, latenciesMs, unanswered } = measure(history);
  const share = reads === 0 ? undefined : answered / reads;
  if (share !== undefined && share < minAvailability) {
    findings.violation(() => ({
      key: history.keyName(unanswered[0] ?? NONE),
      events: unanswered,
      sentence: `only ${answered} of ${reads} reads were answered (${percent(share)}), less than ${percent(minAvailability)}`,
    }));
  }
  return findings.verdict(extentOf(history, INVOKED_READ), {
    reads,
    answered,
    share,
    latencyMs: quantilesOf(latenciesMs, answered),
  });
};

interface Measured {
  reads: number;
  answered: number;
  /** Of the answered reads; the rest of the column is zero. */
  latenciesMs: Float64Column;
  unanswered: number[];
}

function measure(history: HistoryColumns): Measured {
  const { code, mate, time, length } = history;
  const latenciesMs = new Float64Column(length >> 1);
  const unanswered: number[] = [];
  let [reads, answered] = [0, 0];
  for (let at = 0; at < length; at++) {
    if (code[at] !== READ_INVOKE) continue;
    reads += 1;
    if (history.outcomeOf(at) === OK) latenciesMs[answered++] = (time.get(mate.get(at)) - time.get(at)) / 1e6;
    else if (unanswered.length < evidenceMax) unanswered.push(Math.max(at, mate.get(at)));
  }
  return { reads, answered, latenciesMs, unanswered: unanswered.toSorted((a, b) => a - b) };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}
