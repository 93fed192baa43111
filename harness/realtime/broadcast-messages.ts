/** Broadcast: messages of clients, of the HTTP endpoint and of the database, and their replay. */
import { encodingOf, type HttpAnswer, type HttpMessage } from '../port/message.ts';
import type { ChangeFeed, StreamRow } from '../port/stream.ts';
import { accessOf, AccessRefused, type ApiKeys } from '../gateway/api-access.ts';
import type { BroadcastFrame } from './phoenix-frames.ts';
import type { StreamChannel } from './stream-channel.ts';
import { nameOf } from './stream-channel.ts';

interface Receiver {
  session: { pushBroadcast(channel: StreamChannel, message: Omit<BroadcastFrame, 'topic'>): void };
  channel: StreamChannel;
}

/** A row of `realtime.messages`. */
interface StoredMessage {
  topic: string;
  event: string;
  payload: unknown;
  isPrivate: boolean;
  id: string;
  insertedAtMs: number;
}

const REPLAYED_MAX = 25;
export const BROADCAST_PATH = '/realtime/v1/api/broadcast';

export class BroadcastMessages {
  readonly #keys: ApiKeys;
  readonly #nowMs: () => number;
  readonly #receivers: (topic: string, isPrivate: boolean) => Iterable<Receiver>;
  /** What the database has sent, in the order of the rows. */
  readonly #stored: StoredMessage[] = [];

  constructor(
    { feed, keys, nowMs }: { feed: ChangeFeed; keys: ApiKeys; nowMs(): number },
    receivers: (topic: string, isPrivate: boolean) => Iterable<Receiver>,
  ) {
    this.#keys = keys;
    this.#nowMs = nowMs;
    this.#receivers = receivers;
    feed.follow(({ changes, committedAtMs }) => {
      for (const { table, type, row } of changes) {
        if (table.schema === 'realtime' && table.name === 'messages' && type === 'INSERT' && row !== undefined)
          this.#fromDatabase(row, committedAtMs);
      }
    });
  }

  fromClient(from: StreamChannel, message: { event: string; payload: unknown }, isSelf: boolean): void {
    const topic = nameOf(from.topic);
    for (const { session, channel } of this.#receivers(topic, from.config.private === true)) {
      if (channel !== from || isSelf) session.pushBroadcast(channel, message);
    }
  }

  /** The newest messages since the time that a private channel names; those of one transaction come in reverse. */
  replayFor(channel: StreamChannel): BroadcastFrame[] {
    const { replay } = channel.config.broadcast ?? {};
    if (replay?.since === undefined || channel.config.private !== true) return [];
    const { since, limit = REPLAYED_MAX } = replay;
    const topic = nameOf(channel.topic);
    return this.#stored
      .filter((each) => each.isPrivate && each.topic === topic && each.insertedAtMs >= since)
      .toSorted((a, b) => b.insertedAtMs - a.insertedAtMs)
      .slice(0, Math.min(limit, REPLAYED_MAX))
      .toReversed()
      .map(({ event, payload, id }) => ({ topic, event, payload, meta: { replayed: true, id } }));
  }

  /** Answers a request to the endpoint; `undefined` for any other request. */
  http(request: HttpMessage): HttpAnswer | undefined {
    const { url, method, headers } = request;
    if (!url.pathname.startsWith(BROADCAST_PATH)) return undefined;
    if (method !== 'POST') return answer(405);
    try {
      const apikey = headers.get('apikey') ?? url.searchParams.get('apikey');
      const { role } = accessOf({ apikey, authorization: headers.get('authorization') }, this.#keys, this.#nowMs);
      const messages = messagesIn(request);
      if (messages === undefined) return answer(422, { errors: { messages: ['is invalid'] } });
      // A private message of a sender without permission is dropped, and the answer is the same.
      const sent = messages.filter(({ private: isPrivate }) => isPrivate !== true || role !== 'anon');
      for (const message of sent.toSorted((a, b) => Number(a.private === true) - Number(b.private === true))) {
        this.#send(message.topic, message.private === true, { event: message.event, payload: message.payload });
      }
      return answer(202);
    } catch (error) {
      if (error instanceof AccessRefused) return answer(401, error.body);
      throw error;
    }
  }

  #fromDatabase(row: StreamRow, insertedAtMs: number): void {
    const { topic, event, payload, private: isPrivate, id } = row;
    const message: StoredMessage = {
      topic: String(topic),
      event: String(event),
      payload: payload ?? {},
      isPrivate: isPrivate === true,
      id: String(id),
      insertedAtMs,
    };
    this.#stored.push(message);
    this.#send(message.topic, message.isPrivate, {
      event: message.event,
      payload: message.payload,
      meta: { id: message.id },
    });
  }

  #send(topic: string, isPrivate: boolean, message: Omit<BroadcastFrame, 'topic'>): void {
    for (const { session, channel } of this.#receivers(topic, isPrivate)) session.pushBroadcast(channel, message);
  }
}

interface SentMessage {
  topic: string;
  event: string;
  payload: unknown;
  private?: unknown;
}

/** Several messages in the body, or one whose topic and event are in the path; `undefined` if they cannot be read. */
function messagesIn({ url, headers, body }: HttpMessage): SentMessage[] | undefined {
  let parsed: unknown;
  let single: string[] | undefined;
  try {
    const path = url.pathname.slice(BROADCAST_PATH.length);
    single = /^\/([^/]+)\/events\/([^/]+)$/.exec(path)?.map(decodeURIComponent);
    const encoding = encodingOf(headers);
    if (encoding === 'latin1') parsed = single === undefined ? undefined : new Uint8Array(Buffer.from(body, encoding));
    else parsed = body === '' ? {} : JSON.parse(body);
  } catch {
    return undefined;
  }
  if (single !== undefined) {
    const [, topic = '', event = ''] = single;
    return [{ topic, event, payload: parsed, private: url.searchParams.get('private') === 'true' }];
  }
  const { messages } = (parsed ?? {}) as { messages?: unknown };
  return Array.isArray(messages) && messages.every(isMessage) ? messages : undefined;
}

function isMessage(value: unknown): value is SentMessage {
  const { topic, event, payload } = (value ?? {}) as Record<string, unknown>;
  return typeof topic === 'string' && typeof event === 'string' && typeof payload === 'object';
}

function answer(status: number, body?: object): HttpAnswer {
  const headers = new Headers(body === undefined ? {} : { 'content-type': 'application/json' });
  return { status, headers, body: body === undefined ? '' : JSON.stringify(body) };
}
