/**
 * Joins the history of a run with the polls of tabs in other programs. A poll is placed where no property can be violated by
 * the order of clocks alone: it begins as early and ends as late as the bounds of the clocks allow.
 */
import type { DisplayPolicy, ObservedProgress } from '../port/subject.ts';
import type { HistoryEvent } from '../history/event.ts';
import type { OffsetBounds } from './clock-offsets.ts';
import { EventHeap } from './event-heap.ts';
import type { KnownTimes } from './known-times.ts';
import type { PollLine } from './poll-lines.ts';
import type { PollService } from './service-lines.ts';

export interface MergedEvents {
  /** The history of the run, in order. Its indices are replaced. */
  own: readonly HistoryEvent[];
  known: KnownTimes;
  /** By position: the names of the stories in the history. */
  stories: readonly string[];
  display: DisplayPolicy;
  /** How long before its line a poll may have begun, in milliseconds. */
  pollMsMax: number;
  /** Receives the lines of the history, without the header. */
  write(line: string): void;
}

/** Of equal times. */
const RANKS = { invoke: 0, own: 1, end: 2 } as const;

interface Tab {
  story: number;
  display: ReturnType<DisplayPolicy>;
  shown: string;
  /** When its last poll ended, in nanoseconds. */
  endedAt: number;
  /** Names of processes that have no operation in flight, and how many there are in all. */
  free: string[];
  processes: number;
}

export class PollMerger {
  readonly #parts: MergedEvents;
  readonly #waiting = new EventHeap();
  readonly #tabs = new Map<number, Tab>();
  /** Old index → new one, of the history of the run. */
  readonly #moved: number[] = [];
  #index = 0;
  #time = 0;
  #nextOwn = 0;
  #latestEnd = 0;
  #movedMsMax = 0;

  constructor(parts: MergedEvents) {
    this.#parts = parts;
  }

  /** How much later than it ended a poll was placed at most, beyond its own end, in milliseconds. */
  get movedMsMax(): number {
    return this.#movedMsMax;
  }

  /** Polls come in the order in which they were written. */
  add(poll: PollLine, offset: OffsetBounds, service: PollService | undefined): void {
    const { known, stories } = this.#parts;
    const key = stories[poll.story]!;
    const start = Math.max(0, toNs(poll.startMs + offset.least));
    const ended = toNs(poll.endMs + 1 + offset.most);
    const tab = this.#tabOf(poll.tab);
    const after = poll.value === undefined ? ended : known.after(ended, key, poll.value);
    const end = Math.max(start, after, tab.endedAt);
    tab.endedAt = end;
    this.#movedMsMax = Math.max(this.#movedMsMax, (end - toNs(poll.endMs + offset.least)) / 1e6);
    const session = `load-${poll.tab}`;
    const head = (process: string, type: string): string =>
      `"process":"${process}","session":"${session}","type":"${type}","f":"read","key":"${key}"`;
    let process = '';
    this.#waiting.add({
      time: start,
      rank: RANKS.invoke,
      write: (time) => {
        process = tab.free.pop() ?? `${session}/poll${++tab.processes === 1 ? '' : `-${tab.processes}`}`;
        this.#line(time, head(process, 'invoke'));
      },
    });
    this.#waiting.add({
      time: end,
      rank: RANKS.end,
      write: (time) => {
        tab.free.push(process);
        const read = this.#line(
          time,
          `${head(process, poll.value === undefined ? 'fail' : 'ok')}${detailsOf(poll, service)}`,
        );
        if (poll.value !== undefined)
          this.#show(
            tab,
            poll,
            poll.value,
            read,
            time,
            `"process":"${session}","session":"${session}","type":"ok","f":"show","key":"${key}"`,
          );
      },
    });
    this.#latestEnd = Math.max(this.#latestEnd, ended);
    this.#writeUntil(this.#latestEnd - toNs(this.#parts.pollMsMax));
  }

  /** Writes all that is left. */
  end(): void {
    this.#writeUntil(Number.POSITIVE_INFINITY);
  }

  #tabOf(number: number): Tab {
    let tab = this.#tabs.get(number);
    if (tab === undefined) {
      const display = this.#parts.display();
      this.#tabs.set(number, (tab = { story: -1, display, shown: '', endedAt: 0, free: [], processes: 0 }));
    }
    return tab;
  }

  /** What is shown again is not recorded again. Another story is another page, whose display knows nothing. */
  #show(tab: Tab, poll: PollLine, value: ObservedProgress, read: number, time: number, head: string): void {
    if (poll.story !== tab.story) {
      tab.story = poll.story;
      tab.display = this.#parts.display();
      tab.shown = '';
    }
    const decided = tab.display(value, { ordinal: poll.ordinal });
    const shown = decided === true ? value : decided;
    if (shown === false) return;
    const text = JSON.stringify(shown);
    if (text === tab.shown) return;
    tab.shown = text;
    this.#line(time, `${head},"value":${text},"read":${read}`);
  }

  #writeUntil(limit: number): void {
    const { own } = this.#parts;
    for (;;) {
      const next = own[this.#nextOwn];
      const waiting = this.#waiting.first;
      const isOwn = next !== undefined && (waiting === undefined || isOwnFirst(next.time, waiting));
      const time = isOwn ? next.time : waiting?.time;
      if (time === undefined || time > limit) return;
      if (isOwn) this.#writeOwn(next);
      else this.#waiting.take()?.write(time);
    }
  }

  #writeOwn({ index, time, ...event }: HistoryEvent): void {
    this.#nextOwn += 1;
    const { read, receive } = event;
    const places = {
      ...(typeof read === 'number' ? { read: this.#moved[read] } : {}),
      ...(typeof receive === 'number' ? { receive: this.#moved[receive] } : {}),
    };
    this.#moved[index] = this.#index;
    this.#line(time, JSON.stringify({ ...event, ...places }).slice(1, -1));
  }

  /** @returns the index of the event */
  #line(at: number, fields: string): number {
    this.#time = Math.max(this.#time, at);
    const index = this.#index++;
    this.#parts.write(`{"index":${index},"time":${this.#time},${fields}}\n`);
    return index;
  }
}

function isOwnFirst(time: number, waiting: { time: number; rank: number }): boolean {
  return time < waiting.time || (time === waiting.time && RANKS.own < waiting.rank);
}

function detailsOf({ value, status, error }: PollLine, service: PollService | undefined): string {
  const served =
    service === undefined
      ? ''
      : `${text('served_by', service.served_by)}${text('lsn', service.lsn)},"attempts":${service.attempts}${listOf(service)}`;
  if (value !== undefined) return `,"value":${JSON.stringify(value)}${served}`;
  const code = status === 0 ? '' : `,"status_code":${status}`;
  return `,"error":${JSON.stringify(status === 0 ? error : `HTTP ${status} ${error}`.trim())}${code}${served}`;
}

function listOf({ exchanges = [] }: PollService): string {
  return exchanges.length > 1 ? `,"exchanges":${JSON.stringify(exchanges)}` : '';
}

function text(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;
}

function toNs(milliseconds: number): number {
  return Math.round(milliseconds * 1e6);
}
