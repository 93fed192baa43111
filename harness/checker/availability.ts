import { NONE, OK, READ_INVOKE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Float64Column, Int32Column } from '../history/typed-columns.ts';
import { extentOf, type Need } from './extent.ts';
import { quantilesOf } from './quantiles.ts';
import { Findings } from './verdict.ts';
import type { Checker } from './verdict.ts';
import { watchesToEnd } from './watching.ts';

const evidenceMax = 10;

const INVOKED_READ: Need = { codes: [READ_INVOKE], lack: 'no read' };

/**
 * The share of reads that were answered, and their latency. A read is answered if it completes with `ok`, not if it
 * fails, is lost or is still in flight at the end. Without a bound it is only measured.
 *
 * The bound of the latency is one of its 99th percentile, over the answered reads. The final look is the last read of each
 * session and key; in a history with `watch` events, only of those that are watched at the end.
 */
export const availability: Checker = (history, { minAvailability = 0, maxLatencyMs = Infinity, finalLookAnswered }) => {
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
  const latencyMs = quantilesOf(latenciesMs, answered);
  if (latencyMs !== undefined && latencyMs.p99 > maxLatencyMs) {
    const slow = slowReads(history, maxLatencyMs);
    findings.violation(() => ({
      key: history.keyName(slow[0] ?? NONE),
      events: slow,
      sentence: `answered reads took ${latencyMs.p99} ms at p99, more than ${maxLatencyMs} ms`,
    }));
  }
  for (const look of finalLookAnswered === true ? unansweredFinalLooks(history) : []) {
    const [key, session] = [history.keyName(look), history.sessionName(look)];
    const sentence = `the final look of ${session} at ${key} was not answered`;
    findings.violation(() => ({ key, session, events: [endOf(history, look)], sentence }));
  }
  return findings.verdict(extentOf(history, INVOKED_READ), { reads, answered, share, latencyMs });
};

interface Measured {
  reads: number;
  answered: number;
  /** Of the answered reads; the rest of the column is zero. */
  latenciesMs: Float64Column;
  unanswered: number[];
}

function measure(history: HistoryColumns): Measured {
  const { code, length } = history;
  const latenciesMs = new Float64Column(length >> 1);
  const unanswered: number[] = [];
  let [reads, answered] = [0, 0];
  for (let at = 0; at < length; at++) {
    if (code[at] !== READ_INVOKE) continue;
    reads += 1;
    if (history.outcomeOf(at) === OK) latenciesMs[answered++] = latencyMsOf(history, at);
    else if (unanswered.length < evidenceMax) unanswered.push(endOf(history, at));
  }
  return { reads, answered, latenciesMs, unanswered: unanswered.toSorted((a, b) => a - b) };
}

/** The completions of the first answered reads that took longer, in the order of the history. */
function slowReads(history: HistoryColumns, maxLatencyMs: number): number[] {
  const slow: number[] = [];
  for (let at = 0; at < history.length && slow.length < evidenceMax; at++) {
    if (history.code[at] !== READ_INVOKE || history.outcomeOf(at) !== OK) continue;
    if (latencyMsOf(history, at) > maxLatencyMs) slow.push(endOf(history, at));
  }
  return slow.toSorted((a, b) => a - b);
}

function latencyMsOf({ mate, time }: HistoryColumns, invoke: number): number {
  return (time.get(mate.get(invoke)) - time.get(invoke)) / 1e6;
}

/** The invokes of the final looks that were not answered, in the order of the history. */
function unansweredFinalLooks(history: HistoryColumns): number[] {
  const { code, view, length } = history;
  const last = new Int32Column(history.views.count).fill(NONE);
  for (let at = 0; at < length; at++) if (code[at] === READ_INVOKE) last[view.get(at)] = at;
  const watches = history.recordsWatches ? watchesToEnd(history) : undefined;
  return [...last]
    .filter((look, each) => look !== NONE && watches?.get(each) !== NONE && history.outcomeOf(look) !== OK)
    .toSorted((a, b) => a - b);
}

/** The completion of a read, or its invoke while it is in flight. */
function endOf({ mate }: HistoryColumns, invoke: number): number {
  return Math.max(invoke, mate.get(invoke));
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}
