/** Judges a history that is too large for memory, part by part. No key is in two parts. */
import { COMMIT_OK, NONE, PROGRESS, SHAPE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryPart, PartedHistory } from '../history/parted-history.ts';
import { attempt, failedVerdict, type Judgement } from './compose.ts';
import type { Findings } from './findings.ts';
import { properties, type PropertyName } from './properties.ts';
import { foldValidity, type CheckOptions, type Verdict } from './verdict.ts';
import { SessionsAcrossKeys } from './writes-follow-reads.ts';

/** Which events of a part are judged; all if missing. */
export type Restriction = (part: HistoryColumns) => HistoryColumns;

const ACROSS_KEYS = 'writes-follow-reads';

/** The same verdicts as `judge` gives on the whole history. Never throws. */
export function judgeParts(
  parted: PartedHistory,
  names: readonly PropertyName[],
  options: CheckOptions,
  restricted: Restriction = (part) => part,
): Judgement {
  const judged = names.map((name) => new JudgedProperty(name, restricted(parted.empty), options));
  const sessions = names.includes(ACROSS_KEYS) ? new SessionsAcrossKeys() : undefined;
  for (const { history, indices } of parted.parts()) {
    const part = { history: restricted(history), indices };
    for (const property of judged) property.add(part);
    sessions?.add(part.history);
  }
  if (sessions !== undefined && sessions.suspects.size > 0) {
    const extracted = parted.extract(eventsOf(sessions.suspects, parted));
    const part = { history: restricted(extracted.history), indices: extracted.indices };
    judged.find(({ name }) => name === ACROSS_KEYS)?.replaceBy(part);
  }
  const verdicts = judged.map((property) => property.verdict());
  return { valid: foldValidity(verdicts.map(({ valid }) => valid)), verdicts };
}

class JudgedProperty {
  readonly name: PropertyName;
  readonly #options: CheckOptions;
  readonly #empty: HistoryColumns;
  #findings: Findings | undefined;
  #failure: Verdict | undefined;

  constructor(name: PropertyName, empty: HistoryColumns, options: CheckOptions) {
    this.name = name;
    this.#empty = empty;
    this.#options = options;
    this.#try(() => (this.#findings = properties[name](empty, options)));
  }

  add({ history, indices }: HistoryPart): void {
    this.#try(() => this.#findings?.add(properties[this.name](history, this.#options), (event) => indices.get(event)));
  }

  /** What was found is found in this part alone, but the extent remains that of all parts. */
  replaceBy(part: HistoryPart): void {
    this.#try(() => {
      const extent = this.#findings?.extent;
      this.#findings = properties[this.name](this.#empty, this.#options);
      this.add(part);
      if (extent !== undefined) this.#findings.complete(extent);
    });
  }

  verdict(): Verdict {
    this.#try(() => this.#findings?.verdict());
    return this.#failure ?? (this.#findings as Findings).verdict();
  }

  #try(work: () => unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = attempt<Verdict | undefined>(
      () => {
        work();
        return undefined;
      },
      (reason) => failedVerdict(this.name, reason),
    );
  }
}

/**
 * The events of these sessions, and of the keys that they concern the commits, and one operation or single event by which
 * the key is known to hold progresses.
 */
function eventsOf(sessions: ReadonlySet<string>, parted: PartedHistory): (part: HistoryPart, at: number) => boolean {
  const keys = new Set<string>();
  for (const { history } of parted.parts()) {
    for (let at = 0; at < history.length; at += 1) {
      if (sessions.has(history.sessionName(at))) keys.add(history.keyName(at));
    }
  }
  /** By key: events in its part. */
  const evidence = new Map<string, number[]>();
  return ({ history: part }, at) => {
    const key = part.keyName(at);
    if (sessions.has(part.sessionName(at))) return true;
    if (!keys.has(key)) return false;
    if (part.code.get(at) === COMMIT_OK) return true;
    const known = evidence.get(key);
    if (known !== undefined) return known.includes(at);
    const events = [at, part.mate.get(at)].filter((event) => event !== NONE);
    if (!events.some((event) => (part.shape.get(event) & SHAPE) === PROGRESS)) return false;
    evidence.set(key, events);
    return true;
  };
}
