/** A violation as a story: sentences with times, who served what, and why. */
import type { Violation } from '../checker/verdict.ts';
import type { History, HistoryEvent, Value } from '../history/event.ts';
import { compareLsn } from '../history/lsn.ts';
import { describeValue, valueId } from '../history/order.ts';

/** One line: when, who did what, and where it came from. */
export interface StoryLine {
  time: number;
  what: string;
  whence: string;
}

/**
 * The events that a violation names, with what explains each: the commit of the value that was seen, who wrote
 * it, which database served it and how far that was behind, and the faults that befell its writer. In order of time.
 */
export function tellViolation(history: History, violation: Violation): StoryLine[] {
  const { events } = history;
  const cited = violation.events.map((index) => events[index]!);
  const beside = newestGeneration(cited);
  const explained = new Map<number, HistoryEvent>(cited.map((event) => [event.index, event]));
  for (const event of cited) for (const cause of causesOf(event, events)) explained.set(cause.index, cause);
  return [...explained.values()]
    .sort((a, b) => a.index - b.index)
    .map((event) => ({ time: event.time, ...tell(event, events, beside) }));
}

function causesOf(event: HistoryEvent, events: readonly HistoryEvent[]): HistoryEvent[] {
  if (event.value === undefined) return [];
  const commit =
    event.f === 'commit' ? event : findLast(events, event.index, (each) => each.f === 'commit' && isSame(each, event));
  if (commit === undefined) return [];
  const write = writeOf(commit, events);
  const faults = write === undefined ? [] : faultsOf(write, commit, events);
  return [commit, ...faults];
}

/** The latest write of the committed value that had begun. */
function writeOf(commit: HistoryEvent, events: readonly HistoryEvent[]): HistoryEvent | undefined {
  return findLast(events, commit.index, (each) => isWrite(each) && each.type === 'invoke' && isSame(each, commit));
}

/** HTTP faults that befell the writer of a value while it wrote that value. */
function faultsOf(write: HistoryEvent, commit: HistoryEvent, events: readonly HistoryEvent[]): HistoryEvent[] {
  const first = events.findIndex((each) => isWrite(each) && each.type === 'invoke' && isSame(each, write));
  return events
    .slice(Math.max(0, first - 1), commit.index)
    .filter((each) => each.f === 'fault' && each['actor'] !== undefined && each['actor'] === write.session);
}

function isWrite(event: HistoryEvent): boolean {
  return event.f === 'write' || event.f === 'start';
}

function isSame(a: HistoryEvent, b: HistoryEvent): boolean {
  return a.key === b.key && a.value !== undefined && b.value !== undefined && valueId(a.value) === valueId(b.value);
}

function findLast(
  events: readonly HistoryEvent[],
  before: number,
  wanted: (event: HistoryEvent) => boolean,
): HistoryEvent | undefined {
  for (let i = before - 1; i >= 0; i--) if (wanted(events[i]!)) return events[i];
  return undefined;
}

function tell(
  event: HistoryEvent,
  events: readonly HistoryEvent[],
  beside: Value | undefined,
): Omit<StoryLine, 'time'> {
  const value = event.value === undefined ? '' : describeValue(event.value, beside);
  switch (event.f) {
    case 'commit': {
      const writer = writeOf(event, events);
      const who = writer === undefined ? `${value} was written` : `${writer.session ?? writer.process} wrote ${value}`;
      return { what: who, whence: `committed at ${event['lsn'] ?? 'an unknown position'} on the primary` };
    }
    case 'show':
      return { what: `${event.process} was shown ${value}`, whence: tellService(readOf(event, events), events) };
    case 'read':
      return event.type === 'invoke'
        ? { what: `${event.session ?? event.process} asked`, whence: '' }
        : { what: `${event.session ?? event.process} read ${value}`, whence: tellService(event, events) };
    case 'fault':
      return { what: `${event['actor']} sent a ${event['method']}`, whence: tellFault(event) };
    default: {
      const outcome = { invoke: 'began to write', ok: 'wrote', fail: 'did not write', info: 'perhaps wrote' }[
        event.type
      ];
      return {
        what: `${event.session ?? event.process} ${outcome} ${value}`.trimEnd(),
        whence: String(event['error'] ?? ''),
      };
    }
  }
}

function readOf(show: HistoryEvent, events: readonly HistoryEvent[]): HistoryEvent {
  return typeof show['read'] === 'number' ? (events[show['read']] ?? show) : show;
}

function tellService(read: HistoryEvent, events: readonly HistoryEvent[]): string {
  const { served_by: node, lsn, attempts } = read as { served_by?: string; lsn?: string; attempts?: number };
  const tries = attempts !== undefined && attempts > 1 ? `, after ${attempts} attempts` : '';
  if (node === undefined) return tries.slice(2);
  if (node === 'primary' || lsn === undefined) return `served by ${node === 'primary' ? 'the primary' : node}${tries}`;
  const missed = events.find(
    (each) => each.f === 'commit' && typeof each['lsn'] === 'string' && compareLsn(each['lsn'], lsn) > 0,
  );
  const behind =
    missed === undefined || missed.time >= read.time ? '' : ` (${seconds(read.time - missed.time, 1)} behind)`;
  return `served by ${node}${tries}, which had replayed up to ${lsn}${behind}`;
}

function tellFault(event: HistoryEvent): string {
  const meaning: Record<string, string> = {
    'http-lose-response': 'applied, and its response lost',
    'http-drop': 'lost before the database saw it',
    'http-error': `answered ${event['status']} by the load balancer`,
    'http-route': `sent to ${event['to']}`,
    'http-delay': `its ${event['where']} delayed by ${event['delayMs']} ms`,
  };
  return meaning[String(event['fault'])] ?? '';
}

/** Generations are named in a story as soon as one of its values is not of the first. */
function newestGeneration(events: readonly HistoryEvent[]): Value | undefined {
  const generation = Math.max(
    1,
    ...events.map(({ value }) =>
      typeof value === 'object' && value !== null && 'generation' in value ? (value.generation ?? 1) : 1,
    ),
  );
  return { generation, progress: 0 };
}

/** Nanoseconds as `1.204 s`. */
export function seconds(nanoseconds: number, digits = 3): string {
  return `${(nanoseconds / 1e9).toFixed(digits)} s`;
}
