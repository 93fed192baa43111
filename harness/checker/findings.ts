import type { HistoryColumns } from '../history/columns.ts';
import type { CheckOptions, Verdict, Violation } from './verdict.ts';

/** A pure function from a history, or a part of one, to what it finds. If it throws, the verdict is unknown. */
export type Checker = (history: HistoryColumns, options: CheckOptions) => Findings;

/** Events that a property needs, and how many of them there are. */
export interface Need {
  count: number;
  /** As it stands after "the history has". */
  lack: string;
}

/** How much of a history a property applies to. */
export interface Extent {
  judged: number;
  /** Without any of one of them the property is not judged. */
  needs: readonly Need[];
  /** Told only if the others are met. */
  lastNeed?: Need;
}

type Untitled = Omit<Violation, 'property'>;

/** What a property measures, as far as it has been measured. */
export interface Measurement {
  /** Adds what was measured in another part of the same history. */
  add(other: this, part: PlaceInWhole): void;
  values(): Record<string, unknown>;
  /** The bounds that the whole of it breaks; they are told before all other violations. */
  brokenBounds?(): readonly Untitled[];
}

/** The index in the whole history of an event of a part. */
export type PlaceInWhole = (event: number) => number;

interface Found {
  /** The event by which the violations of a property are ordered. */
  at: number;
  fall: number;
  violation: Violation;
}

const violationsMax = 100;

/**
 * Collects what one checker finds in a history, or in one of several parts of it that no key is common to. A violation
 * takes precedence over every reason for doubt.
 */
export class Findings {
  readonly #property: string;
  #first: Found[] = [];
  #worst: Found | undefined;
  #count = 0;
  /** By session: the number of its violations, and the first of them. */
  readonly #bySession = new Map<string, { count: number; at: number }>();
  #doubt: { at: number; reason: string } | undefined;
  #extent: Extent = { judged: 0, needs: [] };
  #measured: Measurement | undefined;

  constructor(property: string) {
    this.#property = property;
  }

  /**
   * Violations must come in the order of their events.
   * @param at the event by which they are ordered; `describe` is called only for the violations that are kept
   * @param of the session, for their number, and how far the value fell, for the worst of them
   */
  violation(at: number, describe: () => Untitled, of: { session?: string; fall?: number } = {}): void {
    const { session, fall = 0 } = of;
    this.#count += 1;
    if (session !== undefined) this.#countOf(session, 1, at);
    const isWorst = this.#worst === undefined || fall > this.#worst.fall;
    if (this.#count > violationsMax && !isWorst) return;
    const found = { at, fall, violation: { property: this.#property, ...describe() } };
    if (this.#count <= violationsMax) this.#first.push(found);
    if (isWorst) this.#worst = found;
  }

  /** Without a violation the verdict is unknown, for the reason of the earliest event. */
  doubt(at: number, reason: string): void {
    if (this.#doubt === undefined || at < this.#doubt.at) this.#doubt = { at, reason };
  }

  get extent(): Extent {
    return this.#extent;
  }

  /** Without the events that the property needs and without a violation, the verdict is unknown. */
  complete(extent: Extent, measured?: Measurement): this {
    this.#extent = extent;
    this.#measured = measured ?? this.#measured;
    return this;
  }

  /** Adds what was found in another part of the same history, to findings of the same property. */
  add(other: Findings, place: PlaceInWhole): void {
    const [mine, theirs] = [this.#worst, other.#worst && moved(other.#worst, place)];
    this.#worst = mine === undefined || (theirs !== undefined && isWorse(theirs, mine)) ? theirs : mine;
    const first = [...this.#first, ...other.#first.map((each) => moved(each, place))];
    this.#first = first.toSorted((a, b) => a.at - b.at).slice(0, violationsMax);
    this.#count += other.#count;
    for (const [session, { count, at }] of other.#bySession) this.#countOf(session, count, place(at));
    if (other.#doubt !== undefined) this.doubt(place(other.#doubt.at), other.#doubt.reason);
    this.#extent = sumOf(this.#extent, other.#extent);
    if (other.#measured !== undefined) this.#measured?.add(other.#measured, place);
  }

  verdict(): Verdict {
    const measured = this.#measured?.values();
    const { judged } = this.#extent;
    const found: Verdict = { property: this.#property, valid: true, violations: [], judged };
    if (measured !== undefined) found.measured = measured;
    const bounds = this.#measured?.brokenBounds?.() ?? [];
    if (bounds.length + this.#count > 0) return this.#violated(found, bounds);
    const lacks = lackOf(this.#extent);
    if (lacks !== undefined) {
      return { ...found, valid: 'unknown', judged: 0, isNotJudged: true, reason: `the history has ${lacks}` };
    }
    return this.#doubt === undefined ? found : { ...found, valid: 'unknown', reason: this.#doubt.reason };
  }

  #violated(found: Verdict, bounds: readonly Untitled[]): Verdict {
    const inOrder = [...this.#bySession].toSorted(([, a], [, b]) => a.at - b.at);
    const counts = Object.fromEntries(inOrder.map(([session, { count }]) => [session, count]));
    const kept = this.#kept();
    const worst = this.#worst === undefined ? 0 : kept.indexOf(this.#worst);
    const violations = [
      ...bounds.map((bound) => ({ property: this.#property, ...bound })),
      ...kept.map(({ violation }) => violation),
    ];
    return {
      ...found,
      valid: false,
      violations: violations.slice(0, violationsMax),
      ...(worst === 0 ? {} : { worst }),
      measured: {
        violations: bounds.length + this.#count,
        ...(inOrder.length === 0 ? {} : { sessions: counts }),
        ...found.measured,
      },
    };
  }

  /** The worst violation replaces the last one if it is not among the first. */
  #kept(): Found[] {
    if (this.#worst === undefined || this.#first.some(({ at }) => at === this.#worst?.at)) {
      return this.#first.map((each) => (each.at === this.#worst?.at ? this.#worst : each));
    }
    return [...this.#first.slice(0, violationsMax - 1), this.#worst];
  }

  #countOf(session: string, count: number, at: number): void {
    const known = this.#bySession.get(session);
    if (known === undefined) this.#bySession.set(session, { count, at });
    else this.#bySession.set(session, { count: known.count + count, at: Math.min(known.at, at) });
  }
}

function moved({ at, fall, violation }: Found, place: PlaceInWhole): Found {
  return { at: place(at), fall, violation: { ...violation, events: violation.events.map(place) } };
}

/** Of equal falls the first one is the worst. */
function isWorse(one: Found, other: Found): boolean {
  return one.fall > other.fall || (one.fall === other.fall && one.at < other.at);
}

function sumOf(one: Extent, other: Extent): Extent {
  const sum = (need: Need, more: Need | undefined): Need => ({ ...need, count: need.count + (more?.count ?? 0) });
  return {
    judged: one.judged + other.judged,
    needs: one.needs.map((need, at) => sum(need, other.needs[at])),
    ...(one.lastNeed === undefined ? {} : { lastNeed: sum(one.lastNeed, other.lastNeed) }),
  };
}

function lackOf({ needs, lastNeed }: Extent): string | undefined {
  const unmet = needs.filter(({ count }) => count === 0);
  if (unmet.length > 0) return unmet.map(({ lack }) => lack).join(' and ');
  return lastNeed?.count === 0 ? lastNeed.lack : undefined;
}
