/** Asks a running application for the progress of a row, as a page does, and reads the answer. */
import { wallTime, type Clock } from '../clock.ts';
import type { Key, ObservedProgress, SeenProgress, Subject } from '../port/subject.ts';
import { UsageError } from '../errors.ts';
import { packageVersion } from '../package-version.ts';
import { DeadlineError, exchange, type HttpResult } from './http-exchange.ts';
import { retryAfterMs } from './polite-pace.ts';
import { statusPathFor } from '../status-path.ts';

/** How a poll ended; the values of a metric's attribute. */
export const POLL_OUTCOMES = ['ok', 'error', 'throttled', 'timeout', 'unreachable', 'unreadable'] as const;
export type PollOutcome = (typeof POLL_OUTCOMES)[number];

/** Names of headers that tell who served an answer, and their values. */
export type Evidence = Readonly<Record<string, string>>;

export type PollAnswer =
  | { outcome: 'ok'; value: ObservedProgress; evidence: Evidence }
  | {
      outcome: Exclude<PollOutcome, 'ok'>;
      error: string;
      /** The pause that the server asks for. */
      retryAfterMs?: number | undefined;
    };

export interface WatchedAppOptions {
  subject: Pick<Subject, 'name' | 'requests' | 'statusPath' | 'keyOf' | 'frontEnd' | 'readStatus'>;
  /** The URL of the application. */
  base: string;
  clock: Clock;
  /** Session → headers that show who is signed in. */
  credentials(session: string): Readonly<Record<string, string>>;
}

export interface PollOptions {
  session: string;
  seen: SeenProgress | undefined;
  headers: Readonly<Record<string, string>>;
  limitMs: number;
  signal: AbortSignal;
}

/** By which the owner of the application can tell its requests from those of users. */
const USER_AGENT = `ratchet-watch/${packageVersion()}`;
const ERROR_LENGTH_MAX = 200;
const EVIDENCE_LENGTH_MAX = 100;
const EVIDENCE = [
  'age',
  'cache-status',
  'cf-cache-status',
  'via',
  'x-cache',
  'x-nextjs-cache',
  'x-served-by',
  'x-vercel-cache',
  'x-vercel-id',
];

export class WatchedApp {
  readonly #options: WatchedAppOptions;

  constructor(options: WatchedAppOptions) {
    this.#options = options;
  }

  /** @throws UsageError if the subject does not tell the path of a key */
  pathOf(key: Key): string {
    const { subject } = this.#options;
    const { name, requests, keyOf } = subject;
    if (requests !== undefined) return requests.statusPath(key);
    const story = String(key);
    if (typeof key !== 'object' && keyOf(story) === story) {
      return statusPathFor(subject, story);
    }
    const hint = 'define it with defineSubject({ app, database, routes }): docs/SUBJECT.md';
    throw new UsageError('canary-subject', `the subject ${name} does not say what the path of a key is`, hint);
  }

  /** Never rejects; if `signal` aborts, the answer has no meaning. */
  async poll(path: string, options: PollOptions): Promise<PollAnswer> {
    const { clock, subject, base, credentials } = this.#options;
    const { seen, session, headers, limitMs, signal } = options;
    try {
      const url = new URL(path, base);
      for (const [name, value] of Object.entries(subject.frontEnd.query(seen))) url.searchParams.set(name, value);
      const sent = { accept: 'application/json', 'user-agent': USER_AGENT, ...credentials(session), ...headers };
      const asked = { url, headers: sent, clock, limitMs, signal, followsRedirects: true };
      return this.#read(await exchange(asked));
    } catch (error) {
      if (error instanceof DeadlineError) return { outcome: 'timeout', error: error.message };
      return { outcome: 'unreachable', error: reasonOf(error) };
    }
  }

  /**
   * Starts a generation of a row.
   * @throws UsageError if the subject has no start route, Error if the application does not accept it
   */
  async start(key: Key, { session, headers, limitMs, signal }: Omit<PollOptions, 'seen'>): Promise<void> {
    const { clock, subject, base, credentials } = this.#options;
    const request = subject.requests?.start?.(key);
    if (request === undefined) throw noStart(subject.name);
    const { method, headers: own = {}, body } = request;
    const sent = { ...own, ...credentials(session), ...headers };
    const asked = { url: new URL(request.path, base), method, headers: sent, body, clock, limitMs, signal };
    const { status } = await exchange(asked);
    if (status < 200 || status > 299) throw new Error(`HTTP ${status}`);
  }

  #read({ status, headers, text: body }: HttpResult): PollAnswer {
    if (status < 200 || status > 299) {
      const after = retryAfterMs(headers['retry-after'], wallTime().getTime());
      const [line = ''] = body.trim().split('\n', 1);
      const error = `HTTP ${status} ${line}`.trim().slice(0, ERROR_LENGTH_MAX);
      return { outcome: status === 429 ? 'throttled' : 'error', error, retryAfterMs: after };
    }
    try {
      const value = this.#options.subject.readStatus(JSON.parse(body));
      const problem = problemOf(value);
      if (problem === undefined && value !== undefined) return { outcome: 'ok', value, evidence: evidenceOf(headers) };
      return { outcome: 'unreadable', error: `${problem} in ${body}`.slice(0, ERROR_LENGTH_MAX) };
    } catch (error) {
      return { outcome: 'unreadable', error: (error as Error).message.slice(0, ERROR_LENGTH_MAX) };
    }
  }
}

export function noStart(subject: string): UsageError {
  const hint = 'define `routes.start` (docs/SUBJECT.md), or remove `start`';
  return new UsageError(
    'canary-start',
    `a generation cannot be started: the subject ${subject} has no start route`,
    hint,
  );
}

function problemOf(value: ObservedProgress | undefined): string | undefined {
  if (value === undefined) return 'no progress';
  const { progress, generation } = value;
  if (!(progress >= 0 && progress <= 100)) return `the progress ${progress} is not from 0 to 100:`;
  return Number.isSafeInteger(generation) && generation >= 0
    ? undefined
    : `the generation ${generation} is not a whole number:`;
}

function evidenceOf(headers: HttpResult['headers']): Evidence {
  const found: Record<string, string> = {};
  for (const name of EVIDENCE) {
    const value = headers[name];
    if (value !== undefined) found[name] = String(value).slice(0, EVIDENCE_LENGTH_MAX);
  }
  return found;
}

/** Without the URL, which may contain a key. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code ?? message).slice(0, ERROR_LENGTH_MAX);
}
