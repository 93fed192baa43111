import { NONE, OK, READ_INVOKE, READ_OK, RECEIVE_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { describeEvent } from './decrease.ts';
import { COMPLETED_READ, extentOf } from './extent.ts';
import { Sample } from './quantiles.ts';
import { Findings } from './findings.ts';
import type { Checker, Measurement } from './findings.ts';
import type { CheckOptions } from './verdict.ts';
import { Versions } from './versions.ts';
import type { Missed } from './versions.ts';
import { VisibilityCurve } from './visibility-curve.ts';

/**
 * How far each read was behind the writes that had completed when it began. In versions: the number of these writes
 * that are newer than the value returned. In time: from the completion of the first of them to the beginning of the
 * read. A bound of 500 ms means that every read that begins more than 500 ms after a write sees it. Judged only with a
 * bound. Of a value that was pushed it is measured at its arrival, and never judged.
 *
 * The curve is the probability that a read which begins t after the newest completed write sees it (Bailis et al.,
 * Probabilistically Bounded Staleness, 2012).
 */
export const staleness: Checker = (history, options) => {
  const findings = new Findings('staleness');
  const lags = new Lags(history);
  const pushed: Visit = (receive, missed) => lags.addPushed(receive, missed);
  eachValue(history, pushed, (read, missed) => {
    lags.addRead(read, missed);
    const bound = brokenBound(lags, options);
    if (bound === undefined) return;
    const { earliest, newest, count } = missed;
    const [key, session] = [history.keyName(read), history.sessionName(read)];
    const [returned, current] = [describeEvent(history, read, newest), describeEvent(history, newest, read)];
    const behind = `${lags.lastMs} ms and ${count} ${count === 1 ? 'version' : 'versions'} behind`;
    findings.violation(read, () => ({
      key,
      session,
      events: [...new Set([earliest, newest, read])],
      sentence: `${session} read ${returned} of ${key} when ${current} had been written: ${behind}, not ${bound}`,
    }));
  });
  return findings.complete(extentOf(history, COMPLETED_READ), lags);
};

function brokenBound(
  lags: Lags,
  { maxStalenessMs = Infinity, maxStalenessVersions = Infinity }: CheckOptions,
): string | undefined {
  if (lags.lastMs > maxStalenessMs) return `within ${maxStalenessMs} ms`;
  if (lags.lastVersions <= maxStalenessVersions) return undefined;
  return `within ${maxStalenessVersions} ${maxStalenessVersions === 1 ? 'version' : 'versions'}`;
}

type Visit = (event: number, missed: Missed) => void;

/** Visits every pushed value and every completed read, if its value has a known place among the writes, in order. */
function eachValue(history: HistoryColumns, pushed: Visit, read: Visit): void {
  const { code, mate, process, length } = history;
  const versions = new Versions(history);
  /** By process: the writes that its read in flight missed when it began. */
  const pending: (Missed | undefined)[] = [];
  for (let at = 0; at < length; at++) {
    versions.follow(at);
    const what = code.get(at);
    if (what === READ_INVOKE) {
      pending[process.get(at)] = history.outcomeOf(at) === OK ? versions.missedBy(mate.get(at)) : undefined;
    } else if (what === READ_OK) {
      const missed = versions.isWrittenAnewSince(at, mate.get(at)) ? nothing : pending[process.get(at)];
      if (missed !== undefined) read(at, missed);
    } else if (what === RECEIVE_OK) {
      const missed = versions.missedBy(at);
      if (missed !== undefined) pushed(at, missed);
    }
  }
}

const nothing: Missed = { count: 0, earliest: NONE, newest: NONE };

class Lags implements Measurement {
  /** Of the last read that was added. */
  lastMs = 0;
  lastVersions = 0;
  readonly #history: HistoryColumns;
  readonly #reads = new Lag();
  readonly #pushed = new Lag();
  readonly #curve = new VisibilityCurve();

  constructor(history: HistoryColumns) {
    this.#history = history;
  }

  addRead(read: number, missed: Missed): void {
    const { time, mate } = this.#history;
    const began = time.get(mate.get(read));
    this.lastMs = this.#lagMs(began, missed);
    this.lastVersions = missed.count;
    this.#reads.add(this.lastMs, missed.count);
    if (missed.newest !== NONE) this.#curve.add((began - time.get(missed.newest)) / 1e6, missed.count === 0);
  }

  addPushed(receive: number, missed: Missed): void {
    this.#pushed.add(this.#lagMs(this.#history.time.get(receive), missed), missed.count);
  }

  add(other: Lags): void {
    this.#reads.addAll(other.#reads);
    this.#pushed.addAll(other.#pushed);
    this.#curve.addAll(other.#curve);
  }

  values(): Record<string, unknown> {
    const { count: reads, ...lag } = this.#reads.values();
    const pushed = this.#pushed.values();
    return { reads, ...lag, visibility: this.#curve.points(), ...(pushed.count === 0 ? {} : { pushed }) };
  }

  #lagMs(at: number, { count, earliest }: Missed): number {
    return count === 0 ? 0 : (at - this.#history.time.get(earliest)) / 1e6;
  }
}

/** How far behind the values of one channel were. */
class Lag {
  readonly #ms = new Sample();
  readonly #versions = new Sample();
  #behind = 0;

  add(ms: number, versions: number): void {
    this.#ms.add(ms);
    this.#versions.add(versions);
    if (versions > 0) this.#behind += 1;
  }

  addAll(other: Lag): void {
    this.#ms.addAll(other.#ms);
    this.#versions.addAll(other.#versions);
    this.#behind += other.#behind;
  }

  values() {
    return {
      count: this.#ms.count,
      behind: this.#behind,
      ms: this.#ms.quantiles(),
      versions: this.#versions.quantiles(),
    };
  }
}
