import { CAS, FAIL, NONE, OK, PROGRESS, READ_INVOKE, READ_OK, SHAPE, START, beginsWrite } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { describeValue } from '../history/order.ts';
import { Int32Column, Uint32Column, Uint8Column } from '../history/typed-columns.ts';
import { describeOperation } from './contradiction.ts';
import type { Contradiction } from './contradiction.ts';
import { describeEvent } from './decrease.ts';

const NEVER = 0x7fffffff;
const START_OK = START * 4 + OK;

/**
 * For each value that was read: the first end and the last beginning of the operations with that value, as events. If
 * the end comes first, the register holds the value throughout the zone between them (a forward zone), otherwise at
 * some time within it (a backward zone).
 */
interface Zones {
  firstEnd: Int32Column;
  lastBegin: Int32Column;
}

/** By value: how often it was read and written, and its last write, or `NONE`. */
interface Origins {
  reads: Uint32Column;
  writes: Uint32Column;
  write: Int32Column;
}

/**
 * Decides all keys on which every value that was read comes from one write, after Gibbons and Korach (Testing shared
 * memories, 1997): some order explains the reads of such a key exactly when no read ends before its write begins, no
 * two forward zones overlap and no forward zone contains a backward zone. In the order of their beginnings, which is
 * the order of the events, each zone need only be compared with the forward zone of its key that ends last: linear
 * time.
 */
export function explainByZones(history: HistoryColumns): {
  /**
   * By key: of the contradictions that were found, the one that ends first; `undefined` for a key with a stale read
   * only, which `stale-reads.ts` describes.
   */
  contradictions: Map<number, Contradiction | undefined>;
  /** Keys on which a value may come from several writes, or that have a `cas`, which links one value to another. */
  undecided: Set<number>;
} {
  const origins = originsOf(history);
  const undecided = ambiguousKeys(history, origins);
  const found = new Map<number, Contradiction | undefined>();
  const note: Note = (key, end = NEVER, describe = undefined) => {
    if (undecided.has(key)) return;
    const before = found.get(key)?.end ?? NEVER;
    if (describe !== undefined && end < before) found.set(key, { ...describe(), end });
    else if (!found.has(key)) found.set(key, undefined);
  };
  const zones = zonesOf(history, origins);
  noteUnexplained(history, origins, note);
  noteConflicts(history, origins, zones, note);
  return { contradictions: found, undecided };
}

/** Notes a contradiction that is complete at the event `end`; without a description, a stale read. */
type Note = (key: number, end?: number, describe?: () => Omit<Contradiction, 'end'>) => void;

function originsOf(history: HistoryColumns): Origins {
  const { code, key, values, length } = history;
  const idle = idleWrites(history);
  const reads = new Uint32Column(values.count);
  const writes = new Uint32Column(values.count);
  const write = new Int32Column(values.count).fill(NONE);
  for (let at = 0; at < length; at++) {
    const what = code.get(at);
    if (what === READ_OK) reads.add(values.ids.get(at), 1);
    if (!beginsWrite(what) || history.outcomeOf(at) === FAIL || idle[key.get(at)] === at) continue;
    const written = history.writtenAt(at);
    if (written === NONE) continue;
    const value = values.ids.get(written);
    writes.add(value, 1);
    write[value] = at;
  }
  return { reads, writes, write };
}

/**
 * By key: its first write, if that completes before any other begins and writes the initial value, as the start of the
 * first generation does. It changes nothing, so the value still has one origin.
 */
function idleWrites(history: HistoryColumns): Int32Column {
  const { code, key, mate, values, length } = history;
  const idle = new Int32Column(history.names.count).fill(NONE);
  const isWritten = new Uint8Column(history.names.count);
  for (let at = 0; at < length; at++) {
    if (!beginsWrite(code.get(at)) || history.outcomeOf(at) === FAIL) continue;
    const name = key.get(at);
    const isInitial = history.outcomeOf(at) === OK && values.ids[mate.get(at)] === values.initial[name];
    if (isWritten[name] === 0) idle[name] = isInitial ? at : NONE;
    else if (idle[name] !== NONE && mate.get(idle.get(name)) > at) idle[name] = NONE;
    isWritten[name] = 1;
  }
  return idle;
}

function ambiguousKeys(history: HistoryColumns, { reads, writes }: Origins): Set<number> {
  const { code, key, values, length } = history;
  const ambiguous = new Set<number>();
  for (let value = 0; value < values.count; value++) {
    const name = key.get(values.firsts.get(value));
    const origins = writes.get(value) + (values.initial[name] === value ? 1 : 0);
    if (reads.get(value) > 0 && origins > 1) ambiguous.add(name);
  }
  for (let at = 0; at < length; at++) {
    if (!beginsWrite(code.get(at)) || history.outcomeOf(at) === FAIL) continue;
    if (code.get(at) >> 2 === CAS || history.writtenAt(at) === NONE) ambiguous.add(key.get(at));
  }
  for (const name of keysWithUnwrittenBeginnings(history, { reads, writes })) ambiguous.add(name);
  return ambiguous;
}

/** The keys on which a start may have begun an earlier generation that was read: see `register-beginnings.ts`. */
function keysWithUnwrittenBeginnings(
  history: HistoryColumns,
  { reads, writes }: Pick<Origins, 'reads' | 'writes'>,
): Set<number> {
  const { code, key, shape, progress, generation, values, length } = history;
  const started = new Map<number, number>();
  for (let at = 0; at < length; at++) {
    if (code[at] === START_OK) started.set(key.get(at), Math.max(started.get(key.get(at)) ?? 0, generation.get(at)));
  }
  const found = new Set<number>();
  for (let value = 0; started.size > 0 && value < values.count; value++) {
    const first = values.firsts.get(value);
    const name = key.get(first);
    if (reads[value] === 0 || writes.get(value) > 0 || values.initial[name] === value) continue;
    if ((shape.get(first) & SHAPE) !== PROGRESS || progress[first] !== 0) continue;
    if (generation.get(first) < (started.get(name) ?? 0)) found.add(name);
  }
  return found;
}

function zonesOf(history: HistoryColumns, { reads, write }: Origins): Zones {
  const { code, mate, values, length } = history;
  const firstEnd = new Int32Column(values.count).fill(NEVER);
  const lastBegin = new Int32Column(values.count).fill(NONE);
  for (let value = 0; value < values.count; value++) {
    const invoke = write.get(value);
    if (invoke === NONE) continue;
    lastBegin[value] = invoke;
    if (history.outcomeOf(invoke) === OK) firstEnd[value] = mate.get(invoke);
  }
  for (let at = 0; at < length; at++) {
    if (code[at] !== READ_OK) continue;
    const value = values.ids.get(at);
    if (firstEnd.get(value) > at) firstEnd[value] = at;
    if (lastBegin.get(value) < mate.get(at)) lastBegin[value] = mate.get(at);
  }
  for (const key of values.keys) {
    const initial = values.initial.get(key);
    if (reads.get(initial) > 0 && write[initial] === NONE) firstEnd[initial] = NONE;
  }
  return { firstEnd, lastBegin };
}

/** Reads of a value that no operation wrote, and reads that ended before the write of their value began. */
function noteUnexplained(history: HistoryColumns, { write }: Origins, note: Note): void {
  const { code, key, values, length } = history;
  for (let at = 0; at < length; at++) {
    if (code[at] !== READ_OK) continue;
    const value = values.ids.get(at);
    const origin = write.get(value);
    const name = key.get(at);
    if (origin === NONE && values.initial[name] !== value) {
      note(name, at, () => ({
        events: [at],
        sentence: `${describeRead(history, at)}, which no operation had written`,
      }));
    } else if (origin > at) {
      note(name, at, () => ({
        events: [at, origin],
        sentence: `${describeRead(history, at)} before ${history.sessionName(origin)} began to write it`,
      }));
    }
  }
}

/**
 * Finds zones that overlap: compares each with the forward zone of its key that ends last, of those that began before
 * it.
 */
function noteConflicts(history: HistoryColumns, { reads }: Origins, { firstEnd, lastBegin }: Zones, note: Note): void {
  const { code, key, mate, values, length } = history;
  const zoneAt = new Int32Column(length).fill(NONE);
  /** By key: the value of that forward zone. */
  const current = new Int32Column(history.names.count).fill(NONE);
  for (let value = 0; value < values.count; value++) {
    if (reads[value] === 0) continue;
    const begin = Math.min(firstEnd.get(value), lastBegin.get(value));
    if (begin === NONE) current[key.get(values.firsts.get(value))] = value;
    else zoneAt[begin] = value;
  }
  for (let at = 0; at < length; at++) {
    const value = zoneAt.get(at);
    const name = key.get(at);
    const isUnread = beginsWrite(code.get(at)) && history.outcomeOf(at) === OK && isUnreadWrite(at);
    if (value === NONE && !isUnread) continue;
    const held = current.get(name);
    const heldEnd = held === NONE ? NONE : lastBegin.get(held);
    if (isUnread && heldEnd > mate.get(at)) note(name);
    if (value === NONE) continue;
    if (firstEnd.get(value) > at) {
      if (heldEnd > firstEnd.get(value)) note(name);
      continue;
    }
    if (heldEnd > at) {
      const begins = [heldEnd, lastBegin.get(value)] as const;
      const [first, second] = [mate.get(begins[0]), mate.get(begins[1])];
      // A write that began after a read of its value is a contradiction by itself.
      if (begins.some((begin) => code[begin] !== READ_INVOKE)) note(name);
      else note(name, Math.max(first, second), () => alternating(held, value, [first, second]));
    }
    if (lastBegin.get(value) > heldEnd) current[name] = value;
  }

  function isUnreadWrite(invoke: number): boolean {
    const written = history.writtenAt(invoke);
    return written !== NONE && reads[values.ids.get(written)] === 0;
  }

  /** Each of the two values was in the register before the other was read. */
  function alternating(held: number, value: number, [first, second]: [number, number]): Omit<Contradiction, 'end'> {
    return {
      events: inOrder([firstEnd.get(held), firstEnd.get(value), first, second]),
      sentence:
        `${describeRead(history, first, second)} after ${describeOperation(history, firstEnd.get(value), first)}, ` +
        `and ${describeOperation(history, second, first)} after ${describeBeginning(held, second)}: no order explains both`,
    };
  }

  function describeBeginning(held: number, beside: number): string {
    const first = firstEnd.get(held);
    if (first !== NONE) return describeOperation(history, first, beside);
    const at = values.firsts.get(held);
    return `${history.keyName(at)} began at ${describeValue(history.valueAt(at) ?? null, history.valueAt(beside))}`;
  }
}

function inOrder(events: readonly number[]): number[] {
  return [...new Set(events)].filter((event) => event !== NONE).toSorted((a, b) => a - b);
}

function describeRead(history: HistoryColumns, read: number, beside: number = read): string {
  return `${history.sessionName(read)} read ${describeEvent(history, read, beside)} of ${history.keyName(read)}`;
}
