/** Polls the status endpoint. Each request is sent after the response to the previous one, or at fixed intervals. */
import { RequestLost } from '../errors.ts';
import type { Channel, ChannelPlan, ChannelSurroundings } from '../port/channel.ts';
import type { ObservedProgress } from '../port/subject.ts';
import { statusPathFor } from '../status-path.ts';

export function openPoll(plan: ChannelPlan, surroundings: ChannelSurroundings): Channel {
  return new PollChannel(plan, surroundings);
}

class PollChannel implements Channel {
  readonly #plan: ChannelPlan;
  readonly #surroundings: ChannelSurroundings;
  readonly #endpoint: string;
  readonly #base: string;
  /** Process → the operation of its read. */
  readonly #inFlight = new Map<string, string>();
  #isClosed = false;
  #lastRequest: { query: Readonly<Record<string, string>>; url: string };

  constructor(plan: ChannelPlan, surroundings: ChannelSurroundings) {
    this.#plan = plan;
    this.#surroundings = surroundings;
    this.#endpoint = `http://app.invalid${statusPathFor(surroundings.subject, plan.story)}`;
    this.#base = `${plan.session}/poll`;
    this.#lastRequest = { query: {}, url: this.#endpoint };
  }

  async run(signal: AbortSignal): Promise<void> {
    const polls = new Set<Promise<void>>();
    while (!this.#isOver(signal)) {
      const poll = this.look();
      const pause = this.#surroundings.clock.sleep(this.#plan.every_ms, signal);
      if (this.#plan.polling === 'chained') await poll;
      else {
        polls.add(poll);
        void poll.then(() => polls.delete(poll));
      }
      await pause;
    }
    await Promise.all(polls);
  }

  close(reason: string): void {
    this.#isClosed = true;
    const { exchanges, recorder } = this.#surroundings;
    const { session, story: key } = this.#plan;
    for (const [process, operation] of this.#inFlight) {
      const service = exchanges.takeService(operation);
      recorder.record({ process, session, f: 'read', key, type: 'info', error: reason, ...service });
    }
    this.#inFlight.clear();
  }

  /** A run spends most of its time here, so a poll creates only the promise of this function. */
  async look(): Promise<void> {
    const { recorder, processes, exchanges, knownValues, subject, tab, listener, gatewayUrl } = this.#surroundings;
    const { session, story: key, expects } = this.#plan;
    const ordinal = tab.nextOrdinal();
    const process = processes.take(this.#base);
    const operation = { actor: session, operation: `${session}#${ordinal}`, gatewayUrl };
    const { query, url } = this.#requestFor(subject.frontEnd.query(expects === 'none' ? undefined : tab.seen));
    const asks = url === this.#endpoint ? undefined : { query };
    recorder.record({ process, session, f: 'read', key, type: 'invoke', ...asks });
    this.#inFlight.set(process, operation.operation);
    let hasAnswered = false;
    let answer: Answer;
    try {
      const response = await this.#surroundings.ask(new Request(url), operation);
      hasAnswered = true;
      answer = answerOf(response, await response.text(), subject);
    } catch (error) {
      answer = { error: this.#failureOf(error, hasAnswered) };
    }
    const commits = 'value' in answer ? knownValues.await(key, answer.value) : undefined;
    if (commits !== undefined) await commits;
    const service = exchanges.takeService(operation.operation);
    // If the page is gone, `close` has already ended the read.
    if (!this.#inFlight.delete(process)) return;
    if ('error' in answer) {
      recorder.record({ process, session, f: 'read', key, type: 'fail', ...answer, ...service });
      listener.failed?.(answer.error);
    } else {
      const value = { ...answer.value };
      const { index } = recorder.record({ process, session, f: 'read', key, type: 'ok', value, ...service });
      listener.value(answer.value, { ordinal, by: 'read', index });
    }
    processes.release(this.#base, process);
  }

  #isOver(signal: AbortSignal): boolean {
    return this.#isClosed || signal.aborted;
  }

  /** The query and the URL of a poll; reused while the query stays the same. */
  #requestFor(query: Record<string, string>): { query: Readonly<Record<string, string>>; url: string } {
    if (!isSame(query, this.#lastRequest.query)) {
      this.#lastRequest = { query: { ...query }, url: this.#endpoint + searchOf(query, this.#endpoint) };
    }
    return this.#lastRequest;
  }

  #failureOf(error: unknown, hasAnswered: boolean): string {
    const { message } = error as Error;
    if (hasAnswered) return `the status endpoint's answer cannot be read: ${message}`;
    if (error instanceof RequestLost) return message;
    this.#surroundings.threw(error);
    return `the status endpoint threw: ${message}`;
  }
}

type Answer = { value: ObservedProgress } | Failure;

interface Failure {
  error: string;
  /** Of the answer, if there is one. */
  status_code?: number;
  /** The path that was asked for, if the application is behind HTTP. */
  path?: string;
}

function answerOf(response: Response, body: string, subject: ChannelSurroundings['subject']): Answer {
  if (!response.ok) return { error: `HTTP ${response.status} ${body}`.trim().slice(0, 500), ...sourceOf(response) };
  const value = subject.readStatus(JSON.parse(body));
  return value === undefined ? { error: `no progress in ${body}`.slice(0, 500), ...sourceOf(response) } : { value };
}

function sourceOf({ status, url }: Response): Omit<Failure, 'error'> {
  return { status_code: status, ...(url === '' ? {} : { path: new URL(url).pathname }) };
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  for (let at = 0; at < names.length; at++) if (a[names[at]!] !== b[names[at]!]) return false;
  return Object.keys(b).length === names.length;
}

/** Faster than `URLSearchParams` for a few short parameters. */
function searchOf(query: Record<string, string>, endpoint: string): string {
  let search = '';
  let separator = endpoint.includes('?') ? '&' : '?';
  for (const name in query) {
    search += `${separator}${encodeURIComponent(name)}=${encodeURIComponent(query[name]!)}`;
    separator = '&';
  }
  return search;
}
