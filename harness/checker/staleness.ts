import { NONE, OK, READ_INVOKE, READ_OK } from '../history/codes.ts';
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
 * bound.
 *
 * The curve is the probability that a read which begins t after the newest completed write sees it (Bailis et al.,
 * Probabilistically Bounded Staleness, 2012).
 */
export const staleness: Checker = (history, options) => {
  const findings = new Findings('staleness');
  const lags = new Lags(history);
  eachRead(history, (read, missed) => {
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

/** Visits every completed read whose value has a known place among the writes, in order of completion. */
function eachRead(history: HistoryColumns, visit: (read: number, missed: Missed) => void): void {
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
      if (missed !== undefined) visit(at, missed);
    }
  }
}

const nothing: Missed = { count: 0, earliest: NONE, newest: NONE };

class Lags implements Measurement {
  /** Of the last read that was added. */
  lastMs = 0;
  lastVersions = 0;
  readonly #history: HistoryColumns;
  readonly #ms = new Sample();
  readonly #versions = new Sample();
  #behind = 0;
  readonly #curve = new VisibilityCurve();

  constructor(history: HistoryColumns) {
    this.#history = history;
  }

  addRead(read: number, { count, earliest, newest }: Missed): void {
    const { time, mate } = this.#history;
    const began = time.get(mate.get(read));
    this.lastMs = count === 0 ? 0 : (began - time.get(earliest)) / 1e6;
    this.lastVersions = count;
    this.#ms.add(this.lastMs);
    this.#versions.add(count);
    if (count > 0) this.#behind += 1;
    if (newest !== NONE) this.#curve.add((began - time.get(newest)) / 1e6, count === 0);
  }

  add(other: Lags): void {
    this.#ms.addAll(other.#ms);
    this.#versions.addAll(other.#versions);
    this.#behind += other.#behind;
    this.#curve.addAll(other.#curve);
  }

  values(): Record<string, unknown> {
    return {
      reads: this.#ms.count,
      behind: this.#behind,
      ms: this.#ms.quantiles(),
      versions: this.#versions.quantiles(),
      visibility: this.#curve.points(),
    };
  }
}
