/**
 * A stand-in for the Realtime server of Supabase: sockets, `postgres_changes` and broadcast. It has no socket and no clock
 * of its own. docs/REALTIME.md says what is faithful.
 */
import type { ApiKeys } from '../gateway/api-access.ts';
import { roleOfKey } from '../gateway/api-access.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { DatabaseNode } from '../port/backend.ts';
import type {
  ChangeFeed,
  ChangeTransaction,
  RowChange,
  SlotState,
  StreamServer,
  StreamTargets,
} from '../port/stream.ts';
import { STREAM_ACTOR } from '../port/stream.ts';
import { passes, type ActiveBinding } from './change-bindings.ts';
import { NO_PRIMARY_KEY, payloadOf, UNAUTHORIZED } from './change-payload.ts';
import { ChangePoller } from './change-poller.ts';
import { BroadcastMessages } from './broadcast-messages.ts';
import { rowVisibility, type Visibility } from './row-visibility.ts';
import { accessOfChannel } from './stream-access.ts';
import { nameOf, type StreamChannel } from './stream-channel.ts';
import { StreamFaults } from './stream-faults.ts';
import { StreamSession } from './stream-session.ts';

export interface RealtimeOptions {
  feed: ChangeFeed;
  /** Policies are judged by what its REST layer shows. */
  primary: Pick<DatabaseNode, 'rest'>;
  keys: ApiKeys;
  /** Milliseconds since 1970. */
  nowMs(): number;
  later(milliseconds: number, run: () => void): void;
  /** Numbers in [0, 1). */
  random(): number;
}

/** From a new slot until the server subscribes the channels again. */
const SUBSCRIBE_AGAIN_MS = { min: 1_000, max: 3_000 };

export interface RealtimeServer extends StreamServer {
  readonly targets: StreamTargets;
  close(): void;
}

export function createRealtime(options: RealtimeOptions): RealtimeServer {
  return new Server(options);
}

class Server implements RealtimeServer {
  readonly targets: StreamFaults;
  readonly #messages: BroadcastMessages;
  readonly #options: RealtimeOptions;
  readonly #sessions = new Set<StreamSession>();
  readonly #poller: ChangePoller;

  constructor(options: RealtimeOptions) {
    this.#options = options;
    this.#poller = new ChangePoller({
      ...options,
      deliver: (change, transaction) => this.#deliver(change, transaction),
      onSlot: (state) => this.#slot(state),
    });
    this.targets = new StreamFaults(this.#sessions, options.later, {
      expireTokens: (actor) => {
        for (const session of this.#sessions) if (session.actor === actor) session.expireTokens();
      },
      loseSlot: () => this.#poller.loseSlot(),
    });
    this.#messages = new BroadcastMessages(options, (topic, isPrivate) => this.#receivers(topic, isPrivate));
  }

  readonly refuses: StreamServer['refuses'] = (url) => {
    const { keys, nowMs } = this.#options;
    return roleOfKey(url.searchParams.get('apikey'), keys, nowMs) === undefined;
  };

  readonly connect: StreamServer['connect'] = (url, peer) => {
    const { keys, nowMs, feed, later } = this.#options;
    const apikey = url.searchParams.get('apikey') ?? '';
    const actor = url.searchParams.get(STREAM_ACTOR) ?? undefined;
    const session: StreamSession = new StreamSession(peer, url, actor, {
      feed,
      faults: this.targets,
      accessOf: (token) => accessOfChannel(apikey, token, keys, nowMs),
      nowMs,
      later,
      subscribed: () => this.#poller.start(),
      broadcast: (from, message, isSelf) => this.#messages.fromClient(from, message, isSelf),
      replay: (channel) => this.#messages.replayFor(channel),
      ended: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    return session;
  };

  readonly http: StreamServer['http'] = (request) => this.#messages.http(request);

  close(): void {
    this.#poller.stop();
    for (const session of this.#sessions) session.close(1001, '');
  }

  /** With the primary, the subscriptions are lost; the sign to a client is another `system` ok, when they are back. */
  #slot(state: SlotState): void {
    if (state === 'lost') {
      for (const session of this.#sessions) session.unsubscribe();
      return;
    }
    const { min, max } = SUBSCRIBE_AGAIN_MS;
    this.#options.later(min + (max - min) * this.#options.random(), () => {
      for (const session of this.#sessions) session.subscribeAgain();
    });
  }

  *#receivers(topic: string, isPrivate: boolean): Iterable<{ session: StreamSession; channel: StreamChannel }> {
    for (const session of this.#sessions) {
      for (const channel of session.channels.values()) {
        if (nameOf(channel.topic) === topic && (channel.config.private === true) === isPrivate)
          yield { session, channel };
      }
    }
  }

  #deliver(change: RowChange, transaction: ChangeTransaction): MaybePromise<number> {
    const receivers = [...this.#subscribers(change)];
    if (receivers.length === 0) return 0;
    const visibility = rowVisibility(change, this.#options.primary);
    const judged = receivers.map(({ channel }) => visibility(channel.access));
    const send = (results: readonly Visibility[]): number => {
      const texts = new Map<string, string>();
      let frames = 0;
      for (const [at, receiver] of receivers.entries())
        frames += push(receiver, { change, transaction, texts }, results[at]!);
      return frames;
    };
    return judged.some((each) => each instanceof Promise)
      ? Promise.all(judged).then(send)
      : send(judged as Visibility[]);
  }

  *#subscribers(change: RowChange): Iterable<Subscriber> {
    const hasNoKey = change.table.primaryKey.length === 0 && change.type !== 'DELETE';
    for (const session of this.#sessions) {
      for (const channel of session.channels.values()) {
        if (channel.active.length === 0) continue;
        // The filters of a table without a primary key are ignored.
        const bindings = channel.active.filter(
          (binding) => binding.isFor(change) && (hasNoKey || passes(binding, change)),
        );
        if (bindings.length > 0) yield { session, channel, bindings };
      }
    }
  }
}

interface Subscriber {
  session: StreamSession;
  channel: StreamChannel;
  bindings: readonly ActiveBinding[];
}

interface Delivery {
  change: RowChange;
  transaction: ChangeTransaction;
  /** The JSON of the change for each selection of columns and each error. */
  texts: Map<string, string>;
}

/** One frame for all bindings with the same columns. */
function push(
  { session, channel, bindings }: Subscriber,
  { change, transaction, texts }: Delivery,
  visibility: Visibility,
): number {
  if (visibility === 'hidden' || channel.isClosed) return 0;
  const hasNoKey = change.table.primaryKey.length === 0 && change.type !== 'DELETE';
  const error = hasNoKey ? NO_PRIMARY_KEY : visibility === 'unauthorized' ? UNAUTHORIZED : undefined;
  const groups = Map.groupBy(bindings, ({ select }) => select?.join() ?? '*');
  for (const [columns, group] of groups) {
    const name = `${columns} ${error ?? ''}`;
    let text = texts.get(name);
    if (text === undefined) {
      text = JSON.stringify(payloadOf(change, transaction, { select: group[0]!.select, error }));
      texts.set(name, text);
    }
    session.pushChanges(
      channel,
      group.map(({ id }) => id),
      text,
    );
  }
  return groups.size;
}
