/**
 * Joins the history of a run with the polls of tabs in other programs. A poll is placed where no property can be violated by
 * the order of clocks alone: it begins as early and ends as late as the bounds of the clocks allow.
 */
import type { DisplayPolicy, ObservedProgress } from '../port/subject.ts';
import type { HistoryEvent } from '../history/event.ts';
import type { OffsetBounds } from './clock-offsets.ts';
import { EventHeap, type ScheduledEvent } from '../simulation/event-heap.ts';
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

/** The order of events at the same time; then those are first that were added first. */
const RANKS = { invoke: 0, own: 2 ** 40, end: 2 ** 41 } as const;

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
  #arrivals = 0;
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
    this.#wait(start, RANKS.invoke, (time) => {
      process = tab.free.pop() ?? `${session}/poll${++tab.processes === 1 ? '' : `-${tab.processes}`}`;
      this.#line(time, head(process, 'invoke'));
    });
    this.#wait(end, RANKS.end, (time) => {
      tab.free.push(process);
      const type = poll.value === undefined ? 'fail' : 'ok';
      const read = this.#line(time, `${head(process, type)}${detailsOf(poll, service)}`);
      const shown = poll.value === undefined ? undefined : this.#shownBy(tab, poll, poll.value);
      if (shown === undefined) return;
      const show = `"process":"${session}","session":"${session}","type":"ok","f":"show","key":"${key}"`;
      this.#line(time, `${show},"value":${shown},"read":${read}`);
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

  /**
   * The value that the page shows, as JSON; `undefined` if it shows what it showed before. Another story is another page,
   * whose display knows nothing.
   */
  #shownBy(tab: Tab, { story, ordinal }: PollLine, value: ObservedProgress): string | undefined {
    if (story !== tab.story) {
      tab.story = story;
      tab.display = this.#parts.display();
      tab.shown = '';
    }
    const decided = tab.display(value, { ordinal });
    if (decided === false) return undefined;
    const text = JSON.stringify(decided === true ? value : decided);
    if (text === tab.shown) return undefined;
    tab.shown = text;
    return text;
  }

  #wait(time: number, rank: number, write: (time: number) => void): void {
    this.#waiting.push({ at: time, order: rank + this.#arrivals++, run: () => write(time) });
  }

  #writeUntil(limit: number): void {
    const { own } = this.#parts;
    for (;;) {
      const next = own[this.#nextOwn];
      const waiting = this.#waiting.first;
      const isOwn = next !== undefined && (waiting === undefined || isFirst(next.time, waiting));
      const time = isOwn ? next.time : waiting?.at;
      if (time === undefined || time > limit) return;
      if (isOwn) this.#writeOwn(next);
      else this.#waiting.pop()?.run?.();
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

/** Whether an event of the run at this time comes before one that waits. */
function isFirst(time: number, { at, order }: ScheduledEvent): boolean {
  return time < at || (time === at && RANKS.own < order);
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
