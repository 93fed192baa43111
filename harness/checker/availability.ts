import { NONE, OK, READ_INVOKE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column } from '../history/typed-columns.ts';
import { extentOf, type NeededEvents } from './extent.ts';
import { Sample, type Quantiles } from './quantiles.ts';
import { Findings } from './findings.ts';
import type { Checker, Measurement, PlaceInWhole } from './findings.ts';
import type { CheckOptions, Violation } from './verdict.ts';
import { watchesToEnd } from './watching.ts';

const evidenceMax = 10;

const INVOKED_READ: NeededEvents = { codes: [READ_INVOKE], lack: 'no read' };

/**
 * The share of reads that were answered, and their latency. A read is answered if it completes with `ok`, not if it
 * fails, is lost or is still in flight at the end. Without a bound it is only measured.
 *
 * The bound of the latency is one of its 99th percentile, over the answered reads. The final look is the last read of each
 * session and key; in a history with `watch` events, only of those that are watched at the end.
 */
export const availability: Checker = (history, options) => {
  const findings = new Findings('availability');
  const looks = options.finalLookAnswered === true ? unansweredFinalLooks(history) : [];
  for (const look of looks) {
    const [key, session] = [history.keyName(look), history.sessionName(look)];
    const sentence = `the final look of ${session} at ${key} was not answered`;
    findings.violation(look, () => ({ key, session, events: [endOf(history, look)], sentence }));
  }
  return findings.complete(extentOf(history, INVOKED_READ), new Answers(history, options));
};

/** A read that is evidence for a bound that is broken. */
interface Evidence {
  invoke: number;
  /** The completion of the read, or its invoke while it is in flight. */
  end: number;
  key: string;
}

class Answers implements Measurement {
  #reads = 0;
  readonly #latenciesMs = new Sample();
  /** The first reads that were not answered, and the first that took longer than the bound, in the order of their invokes. */
  #unanswered: Evidence[] = [];
  #slow: Evidence[] = [];
  #latencyMs: Quantiles | undefined;
  readonly #minAvailability: number;
  readonly #maxLatencyMs: number;

  constructor(history: HistoryColumns, { minAvailability = 0, maxLatencyMs = Infinity }: CheckOptions) {
    this.#minAvailability = minAvailability;
    this.#maxLatencyMs = maxLatencyMs;
    const { code, length } = history;
    for (let at = 0; at < length; at++) if (code[at] === READ_INVOKE) this.#addRead(history, at);
  }

  #addRead(history: HistoryColumns, invoke: number): void {
    this.#reads += 1;
    const isAnswered = history.outcomeOf(invoke) === OK;
    const tookMs = isAnswered ? latencyMsOf(history, invoke) : 0;
    if (isAnswered) this.#latenciesMs.add(tookMs);
    const evidence = isAnswered ? this.#slow : this.#unanswered;
    if (evidence.length === evidenceMax || (isAnswered && tookMs <= this.#maxLatencyMs)) return;
    evidence.push({ invoke, end: endOf(history, invoke), key: history.keyName(invoke) });
  }

  add(other: Answers, place: PlaceInWhole): void {
    this.#reads += other.#reads;
    this.#latenciesMs.addAll(other.#latenciesMs);
    this.#unanswered = firstOf(this.#unanswered, other.#unanswered, place);
    this.#slow = firstOf(this.#slow, other.#slow, place);
  }

  values(): Record<string, unknown> {
    return {
      reads: this.#reads,
      answered: this.#latenciesMs.count,
      share: this.#share(),
      latencyMs: this.#quantiles(),
    };
  }

  brokenBounds(): Omit<Violation, 'property'>[] {
    const broken: Omit<Violation, 'property'>[] = [];
    const [share, p99] = [this.#share(), this.#quantiles()?.p99];
    if (share !== undefined && share < this.#minAvailability) {
      const answered = `${this.#latenciesMs.count} of ${this.#reads} reads were answered (${percent(share)})`;
      broken.push(boundBrokenBy(this.#unanswered, `only ${answered}, less than ${percent(this.#minAvailability)}`));
    }
    if (p99 !== undefined && p99 > this.#maxLatencyMs) {
      const sentence = `answered reads took ${p99} ms at p99, more than ${this.#maxLatencyMs} ms`;
      broken.push(boundBrokenBy(this.#slow, sentence));
    }
    return broken;
  }

  #share(): number | undefined {
    return this.#reads === 0 ? undefined : this.#latenciesMs.count / this.#reads;
  }

  #quantiles(): Quantiles | undefined {
    this.#latencyMs ??= this.#latenciesMs.quantiles();
    return this.#latencyMs;
  }
}

function firstOf(mine: readonly Evidence[], theirs: readonly Evidence[], place: PlaceInWhole): Evidence[] {
  const placed = theirs.map(({ invoke, end, key }) => ({ invoke: place(invoke), end: place(end), key }));
  return [...mine, ...placed].toSorted((a, b) => a.invoke - b.invoke).slice(0, evidenceMax);
}

function boundBrokenBy(reads: readonly Evidence[], sentence: string): Omit<Violation, 'property'> {
  const inOrder = reads.toSorted((a, b) => a.end - b.end);
  return { key: inOrder[0]?.key ?? '', events: inOrder.map(({ end }) => end), sentence };
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
