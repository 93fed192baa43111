/** What a canary remembers of each view, and what it concludes from the next value. Pure, and bounded by the number of views. */
import { z } from 'zod';
import { describeValue } from '../history/order.ts';
import { addTo, type View } from '../monitor/view.ts';
import type { ObservedProgress, SeenProgress } from '../port/subject.ts';
import { KnownProgress } from './known-progress.ts';
import { withSeen } from '../seen-progress.ts';

/**
 * What a canary judges: what a session is shown; the answers that it gets, one after the other, some of which its page may
 * not show; and what two reads of the primary say was committed.
 */
export const CANARY_PROPERTIES = ['monotonic-view', 'monotonic-reads', 'monotonic-commits'] as const;
export type CanaryProperty = (typeof CANARY_PROPERTIES)[number];

/** A value, when it arrived, and what its answer says of who served it. */
export interface ArrivedValue extends ObservedProgress {
  /** ISO 8601. */
  at: string;
  evidence?: Readonly<Record<string, string>>;
}

/** Where a value is older than an earlier one. */
export interface Reversion {
  property: CanaryProperty;
  /** None for what was committed. */
  session?: string;
  key: string;
  sentence: string;
  from: ArrivedValue;
  to: ArrivedValue;
}

/** A reversion after which no value has come that is not older. */
export interface OpenReversion {
  property: CanaryProperty;
  session?: string;
  key: string;
  sentence: string;
  /** ISO 8601. */
  since: string;
}

export interface Conclusion {
  reversions: Reversion[];
  recovered: OpenReversion[];
}

interface TabMemory {
  session: string;
  key: string;
  shown: View<ArrivedValue>;
  read: View<ArrivedValue>;
  seen?: SeenProgress;
}

interface KeyMemory {
  key: string;
  committed: View<ArrivedValue>;
}

/** The form in which it is saved. */
export interface SavedMemory {
  tabs: TabMemory[];
  keys: KeyMemory[];
  open: OpenReversion[];
}

const Progress = z.object({ generation: z.number(), progress: z.number(), status: z.string().optional() });
const Arrived = Progress.extend({ at: z.string(), evidence: z.record(z.string(), z.string()).optional() });
const SavedView = z.strictObject({
  greatest: Arrived.optional(),
  completed: Arrived.optional(),
  failed: Arrived.optional(),
  latest: Arrived.optional(),
  isBelow: z.boolean().optional(),
});
const Open = z.strictObject({
  property: z.enum(CANARY_PROPERTIES),
  session: z.string().optional(),
  key: z.string(),
  sentence: z.string(),
  since: z.string(),
});
const Seen = z.strictObject({ greatest: Progress, greatestNumber: z.number() });

export const SavedMemorySchema = z.strictObject({
  tabs: z.array(
    z.strictObject({ session: z.string(), key: z.string(), shown: SavedView, read: SavedView, seen: Seen.optional() }),
  ),
  keys: z.array(z.strictObject({ key: z.string(), committed: SavedView })),
  open: z.array(Open),
}) as unknown as z.ZodType<SavedMemory>;

export class CanaryMemory {
  readonly #tabs: Map<string, TabMemory>;
  readonly #keys: Map<string, KeyMemory>;
  readonly #open: Map<string, OpenReversion>;
  readonly #known = new Map<string, KnownProgress>();

  constructor({ tabs, keys, open }: SavedMemory = { tabs: [], keys: [], open: [] }) {
    this.#tabs = new Map(tabs.map((tab) => [nameOf(tab), tab]));
    this.#keys = new Map(keys.map((each) => [each.key, each]));
    this.#open = new Map(open.map((each) => [nameOf(each), each]));
  }

  save(): SavedMemory {
    return { tabs: [...this.#tabs.values()], keys: [...this.#keys.values()], open: this.open };
  }

  get open(): OpenReversion[] {
    return [...this.#open.values()];
  }

  seenBy(session: string, key: string): SeenProgress | undefined {
    return this.#tabs.get(nameOf({ session, key }))?.seen;
  }

  /** Forgets all other sessions and keys. */
  keep(isKept: (of: { session?: string | undefined; key: string }) => boolean): void {
    for (const map of [this.#tabs, this.#keys, this.#open]) {
      for (const [name, each] of map as Map<string, { session?: string; key: string }>) {
        if (!isKept(each)) map.delete(name);
      }
    }
    for (const key of this.#known.keys()) if (!isKept({ key })) this.#known.delete(key);
  }

  /**
   * For how long a newer value had been known when the read began, in nanoseconds; from then on the value is known itself.
   * @param beganAt nanoseconds, as `endedAt`
   */
  stalenessOf(key: string, value: ObservedProgress, beganAt: number, endedAt: number): number {
    const known = this.#known.get(key) ?? new KnownProgress();
    this.#known.set(key, known);
    const staleness = known.stalenessOf(value, beganAt);
    known.learn(value, endedAt);
    return staleness;
  }

  /** A session was answered. @param shown the value that its page shows then; `undefined`: it goes on showing the one before */
  answered(session: string, key: string, read: ArrivedValue, shown: ArrivedValue | undefined): Conclusion {
    const tab = this.#tabThatSaw(session, key, read);
    const conclusion: Conclusion = { reversions: [], recovered: [] };
    this.#judge('monotonic-reads', tab.read, read, tab, conclusion);
    if (shown !== undefined) this.#judge('monotonic-view', tab.shown, shown, tab, conclusion);
    return conclusion;
  }

  /** A value was pushed to a session: it answers no read. @param shown as of `answered` */
  pushed(session: string, key: string, value: ArrivedValue, shown: ArrivedValue | undefined): Conclusion {
    const tab = this.#tabThatSaw(session, key, value);
    const conclusion: Conclusion = { reversions: [], recovered: [] };
    if (shown !== undefined) this.#judge('monotonic-view', tab.shown, shown, tab, conclusion);
    return conclusion;
  }

  /** The primary holds this value. */
  committed(key: string, value: ArrivedValue): Conclusion {
    const memory = this.#keys.get(key) ?? { key, committed: {} };
    this.#keys.set(key, memory);
    const conclusion: Conclusion = { reversions: [], recovered: [] };
    this.#judge('monotonic-commits', memory.committed, value, { key }, conclusion);
    return conclusion;
  }

  #tabThatSaw(session: string, key: string, { generation, progress, status }: ArrivedValue): TabMemory {
    const tab = this.#tabs.get(nameOf({ session, key })) ?? { session, key, shown: {}, read: {} };
    this.#tabs.set(nameOf(tab), tab);
    tab.seen = withSeen(tab.seen, { generation, progress, ...(status === undefined ? {} : { status }) });
    return tab;
  }

  #judge(
    property: CanaryProperty,
    view: View<ArrivedValue>,
    value: ArrivedValue,
    { session, key }: { session?: string; key: string },
    { reversions, recovered }: Conclusion,
  ): void {
    const of = { property, ...(session === undefined ? {} : { session }), key };
    const { isOlder: isBelow, from } = addTo(view, value);
    if (from !== undefined) {
      const sentence = describe(of, from, value);
      reversions.push({ ...of, sentence, from, to: value });
      const open = this.#open.get(nameOf(of));
      if (open === undefined) this.#open.set(nameOf(of), { ...of, sentence, since: value.at });
    }
    const open = this.#open.get(nameOf(of));
    if (isBelow || open === undefined) return;
    this.#open.delete(nameOf(of));
    recovered.push(open);
  }
}

const VERBS: Readonly<Record<CanaryProperty, string>> = {
  'monotonic-view': 'saw',
  'monotonic-reads': 'was answered',
  'monotonic-commits': 'holds',
};

function describe(
  { property, session, key }: Omit<OpenReversion, 'sentence' | 'since'>,
  from: ArrivedValue,
  to: ArrivedValue,
): string {
  const isSmaller =
    to.generation < from.generation || (to.generation === from.generation && to.progress < from.progress);
  const withStatus = (value: ArrivedValue, beside: ArrivedValue): string =>
    isSmaller || value.status === undefined
      ? describeValue(value, beside)
      : `${describeValue(value, beside)} (${value.status})`;
  const values = `from ${withStatus(from, to)} back to ${withStatus(to, from)}`;
  if (session === undefined) return `the primary ${VERBS[property]} ${key} gone ${values}`;
  return property === 'monotonic-view'
    ? `${session} ${VERBS[property]} ${key} go ${values}`
    : `${session} ${VERBS[property]} with ${key} gone ${values}`;
}

function nameOf({ property, session, key }: { property?: string; session?: string | undefined; key: string }): string {
  return JSON.stringify([property, session, key]);
}
