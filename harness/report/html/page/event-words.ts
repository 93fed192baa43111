/** The events of a run in words, for lists, for the search and for screen readers. */
import {
  COMMIT,
  INVOKE,
  NONE,
  OK,
  READ,
  SHOW,
  START,
  WRITE,
  CAS,
  RECEIVE,
  WATCH_BEGIN,
  WATCH_END,
} from '../../../history/codes.ts';
import { databaseWords, seconds } from '../../counterexample.ts';
import { serverOf } from '../../svg/timeline-lanes.ts';
import type { TimelineEvents } from '../../svg/timeline-events.ts';

export interface EventWords {
  time: string;
  who: string;
  what: string;
  source: string;
}

/** By the outcome: invoke, ok, fail, info. */
const DEEDS: Readonly<Record<number, readonly string[]>> = {
  [READ]: ['asked for', 'read', 'read nothing of', 'got no answer about'],
  [WRITE]: ['began to write', 'wrote', 'did not write', 'perhaps wrote'],
  [START]: ['began to start', 'started', 'did not start', 'perhaps started'],
  [CAS]: ['began to swap', 'swapped', 'did not swap', 'perhaps swapped'],
  [SHOW]: ['', 'was shown', '', ''],
  [COMMIT]: ['', 'committed', '', ''],
  [RECEIVE]: ['', 'was sent', '', ''],
  [WATCH_BEGIN]: ['', 'began to watch', '', ''],
  [WATCH_END]: ['', 'stopped watching', '', ''],
};

export class EventTexts {
  readonly #events: TimelineEvents;
  readonly #faults: ReadonlyMap<number, string>;

  constructor(events: TimelineEvents, faultWords: readonly (readonly [number, string])[]) {
    this.#events = events;
    this.#faults = new Map(faultWords);
  }

  wordsOf(at: number): EventWords {
    const { time, code, view, views, mate } = this.#events;
    const fault = this.#faults.get(at);
    const when = seconds(time[at] ?? 0);
    if (fault !== undefined) return { time: when, who: 'fault', what: fault, source: '' };
    const type = (code[at] ?? 0) & 3;
    const { session, key } = views[view[at] ?? NONE] ?? { session: '', key: '' };
    const deed = DEEDS[(code[at] ?? 0) >> 2]?.[type] ?? '';
    const answer = mate[at] ?? NONE;
    const server = type === INVOKE && answer !== NONE ? undefined : serverOf(this.#events, at);
    return {
      time: when,
      who: (code[at] ?? 0) >> 2 === COMMIT ? 'the primary' : session,
      what: [deed, ...this.#objectOf(at, type, key)].join(' '),
      source: server === undefined ? '' : `served by ${databaseWords(server)}`,
    };
  }

  /** The events whose words contain each word of the query, at most `max`. */
  find(query: string, max: number): number[] {
    const wanted = query
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const found: number[] = [];
    for (let at = 0; at < this.#events.length && found.length < max; at++) {
      const { time, who, what, source } = this.wordsOf(at);
      const text = `${time} ${who} ${what} ${source}`.toLowerCase();
      if (wanted.every((word) => text.includes(word))) found.push(at);
    }
    return found;
  }

  /** `85% of story-1`, or without a value `story-1`. */
  #objectOf(at: number, type: number, key: string): string[] {
    const value = this.#valueOf(at, type);
    if (key === '') return value === '' ? [] : [value];
    return value === '' ? [key] : [value, `of ${key}`];
  }

  #valueOf(at: number, type: number): string {
    const { progress, generation, code } = this.#events;
    const value = progress[at] ?? NONE;
    if (value === NONE || ((code[at] ?? 0) >> 2 === READ && type !== OK)) return '';
    return generation[at] === 1 ? `${value}%` : `generation ${generation[at]}, ${value}%`;
  }
}
