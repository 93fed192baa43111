/** One socket: its channels, and what they are sent. Source: realtime-js, and supabase/realtime `realtime_channel.ex`. */
import type { ChangeFeed, StreamPeer, StreamSocket } from '../port/stream.ts';
import { activate, bindingsOf } from './change-bindings.ts';
import {
  formatBroadcast,
  formatChanges,
  formatFrame,
  parseFrame,
  versionOf,
  type BroadcastFrame,
  type Frame,
  type ProtocolVersion,
} from './phoenix-frames.ts';
import { AccessRefused, type AccessToken } from './stream-access.ts';
import { nameOf, type JoinConfig, type StreamChannel } from './stream-channel.ts';
import { FreezableTraffic, REFUSED_JOIN, type FaultySocket, type StreamFaults } from './stream-faults.ts';

/** What a socket needs of the server. */
export interface SessionSurroundings {
  feed: ChangeFeed;
  faults: StreamFaults;
  /** @throws AccessRefused */
  accessOf(token: string | undefined): AccessToken;
  nowMs(): number;
  later(milliseconds: number, run: () => void): void;
  /** The poller starts with the first subscription. */
  subscribed(): void;
  broadcast(from: StreamChannel, message: { event: string; payload: unknown }, isSelf: boolean): void;
  /** The messages that a channel asked to be sent again, the oldest first. */
  replay(channel: StreamChannel): BroadcastFrame[];
  /** The socket is no longer one of the server's. */
  ended(): void;
}

/** From the reply to a join until its subscription is in effect, on a server that has subscribers. */
const READY_MS = 300;
const SILENT_MS_MAX = 60_000;

export class StreamSession implements StreamSocket, FaultySocket {
  readonly actor: string | undefined;
  readonly channels = new Map<string, StreamChannel>();
  readonly #peer: StreamPeer;
  readonly #version: ProtocolVersion;
  readonly #around: SessionSurroundings;
  readonly #traffic: FreezableTraffic;
  #lastHeardMs: number;
  #isOver = false;

  constructor(peer: StreamPeer, url: URL, actor: string | undefined, around: SessionSurroundings) {
    this.#peer = peer;
    this.actor = actor;
    this.#version = versionOf(url);
    this.#around = around;
    this.#traffic = new FreezableTraffic(around.faults, actor);
    this.#lastHeardMs = around.nowMs();
    this.#watchSilence();
  }

  receive(data: string | Uint8Array): void {
    this.#traffic.whenItPasses(() => {
      if (this.#isOver) return;
      this.#lastHeardMs = this.#around.nowMs();
      const frame = parseFrame(data, this.#version);
      if (frame === undefined) return this.close(1003, 'not a frame of this protocol');
      this.#handle(frame);
    });
  }

  closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const channel of this.channels.values()) channel.isClosed = true;
    this.channels.clear();
    this.#around.ended();
  }

  close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.closed();
    this.#peer.close(code, reason);
  }

  thaw(): void {
    this.#traffic.thaw();
  }

  /** Closes all channels, because their tokens are not valid any more. */
  expireTokens(): void {
    for (const channel of this.channels.values()) this.#expire(channel);
  }

  /** No change is for its channels until they are subscribed again. */
  unsubscribe(): void {
    for (const channel of this.channels.values()) channel.active = [];
  }

  subscribeAgain(): void {
    for (const channel of this.channels.values()) if (channel.bindings.length > 0) this.#activate(channel);
  }

  /**
   * Sends a change, if no fault keeps it back.
   * @param data as JSON
   */
  pushChanges(channel: StreamChannel, ids: readonly number[], data: string): void {
    this.#pass(channel, () => this.#sendRaw(formatChanges(channel.topic, ids, data, this.#version)));
  }

  pushBroadcast(channel: StreamChannel, message: Omit<BroadcastFrame, 'topic'>): void {
    this.#pass(channel, () => this.#sendRaw(formatBroadcast({ ...message, topic: channel.topic }, this.#version)));
  }

  #pass(channel: StreamChannel, send: () => void): void {
    this.#around.faults.pass(this.actor, () => {
      if (!channel.isClosed) send();
    });
  }

  #handle(frame: Frame): void {
    const { topic, event } = frame;
    if (event === 'heartbeat' && topic === 'phoenix') return this.#reply(frame, 'ok');
    if (event === 'phx_join') return this.#join(frame);
    const channel = this.channels.get(topic);
    if (channel === undefined) return this.#reply(frame, 'error', { reason: 'unmatched topic' });
    if (frame.joinRef !== null && frame.joinRef !== channel.joinRef) return;
    switch (event) {
      case 'phx_leave':
        this.#reply(frame, 'ok');
        return this.#closeChannel(channel);
      case 'access_token':
        return this.#renew(channel, (frame.payload as { access_token?: unknown }).access_token);
      case 'broadcast':
        return this.#broadcast(channel, frame);
      case 'presence':
        return this.#reply(frame, 'ok');
      default:
        return undefined;
    }
  }

  #join(frame: Frame): void {
    const { topic } = frame;
    const { config = {}, access_token: token } = frame.payload as { config?: JoinConfig; access_token?: unknown };
    // Phoenix closes the older of two joins to a topic.
    const older = this.channels.get(topic);
    if (older !== undefined) this.#closeChannel(older);
    const { faults, accessOf, later } = this.#around;
    const refuse = (reason: string): void => later(REFUSED_JOIN.afterMs, () => this.#reply(frame, 'error', { reason }));
    if (!topic.startsWith('realtime:') || nameOf(topic) === '') return refuse('unmatched topic');
    if (faults.refusesJoins(this.actor)) return refuse(REFUSED_JOIN.reason);
    let access: AccessToken;
    try {
      access = accessOf(typeof token === 'string' && token !== '' ? token : undefined);
    } catch (error) {
      if (!(error instanceof AccessRefused)) throw error;
      return refuse(`InvalidJWTToken: ${error.message}`);
    }
    if (config.private === true && access.role === 'anon') {
      return refuse('Unauthorized: You do not have permissions to read from this Channel topic: ' + nameOf(topic));
    }
    const channel: StreamChannel = {
      topic,
      joinRef: frame.joinRef,
      config,
      bindings: bindingsOf(config),
      access,
      active: [],
      isClosed: false,
    };
    this.channels.set(topic, channel);
    this.#watchExpiry(channel);
    const accept = (): void => this.#accept(channel, frame);
    const isReady = this.#subscribe(channel, accept);
    if (!isReady) accept();
  }

  #accept(channel: StreamChannel, frame: Frame): void {
    const bindings = channel.bindings.map(({ id, parameters }) => ({ id, ...parameters }));
    this.#reply(frame, 'ok', { postgres_changes: bindings });
    if (channel.config.presence?.enabled === true) this.#push(channel, 'presence_state', {});
    for (const message of this.#around.replay(channel)) {
      this.#sendRaw(formatBroadcast({ ...message, topic: channel.topic }, this.#version));
    }
  }

  /** @returns whether the join is accepted when the subscription is in effect: `accept` is called then */
  #subscribe(channel: StreamChannel, accept: () => void): boolean {
    if (channel.bindings.length === 0) return false;
    const { faults, later } = this.#around;
    const waits = channel.config.postgres_changes_options?.wait === true;
    later(READY_MS + faults.delayOf(this.actor), () => this.#activate(channel, waits ? accept : undefined));
    return waits;
  }

  #activate(channel: StreamChannel, accept?: () => void): void {
    if (channel.isClosed) return;
    const { feed, subscribed } = this.#around;
    let refusal: string | undefined;
    try {
      channel.active = channel.bindings.map((binding) => activate(binding, feed));
      subscribed();
    } catch (error) {
      refusal = (error as Error).message;
    }
    accept?.();
    this.#system(
      channel,
      'postgres_changes',
      refusal === undefined ? 'ok' : 'error',
      refusal ?? 'Subscribed to PostgreSQL',
    );
  }

  #renew(channel: StreamChannel, token: unknown): void {
    try {
      channel.access = this.#around.accessOf(typeof token === 'string' && token !== '' ? token : undefined);
      this.#watchExpiry(channel);
    } catch (error) {
      if (!(error instanceof AccessRefused)) throw error;
      this.#system(channel, 'system', 'error', `InvalidJWTToken: ${error.message}`);
      this.#closeChannel(channel);
    }
  }

  #watchExpiry(channel: StreamChannel): void {
    const { access } = channel;
    if (access.expiresAtMs === undefined) return;
    this.#around.later(access.expiresAtMs - this.#around.nowMs(), () => {
      if (channel.access === access) this.#expire(channel);
    });
  }

  #expire(channel: StreamChannel): void {
    if (channel.isClosed) return;
    this.#system(channel, 'system', 'error', 'InvalidJWTToken: Token has expired 0 seconds ago');
    this.#closeChannel(channel);
  }

  #broadcast(channel: StreamChannel, frame: Frame): void {
    const { event, payload } = frame.payload as { event?: unknown; payload?: unknown };
    if (typeof event === 'string') {
      this.#around.broadcast(channel, { event, payload }, channel.config.broadcast?.self === true);
    }
    if (channel.config.broadcast?.ack === true) this.#reply(frame, 'ok');
  }

  #closeChannel(channel: StreamChannel): void {
    const { topic, joinRef } = channel;
    if (this.channels.get(topic) === channel) this.channels.delete(topic);
    channel.isClosed = true;
    this.#send({ joinRef, ref: joinRef, topic, event: 'phx_close', payload: {} });
  }

  #system(channel: StreamChannel, extension: string, status: 'ok' | 'error', message: string): void {
    this.#push(channel, 'system', { extension, status, message, channel: nameOf(channel.topic) });
  }

  #push({ topic, joinRef }: StreamChannel, event: string, payload: unknown): void {
    this.#send({ joinRef, ref: null, topic, event, payload });
  }

  #reply({ joinRef, ref, topic }: Frame, status: 'ok' | 'error', response: object = {}): void {
    this.#send({ joinRef, ref, topic, event: 'phx_reply', payload: { status, response } });
  }

  #send(frame: Frame): void {
    this.#sendRaw(formatFrame(frame, this.#version));
  }

  #sendRaw(data: string | Uint8Array): void {
    this.#traffic.whenItPasses(() => {
      if (!this.#isOver) this.#peer.send(data);
    });
  }

  #watchSilence(): void {
    const silentMs = this.#around.nowMs() - this.#lastHeardMs;
    this.#around.later(SILENT_MS_MAX - silentMs, () => {
      if (this.#isOver) return;
      if (this.#around.nowMs() - this.#lastHeardMs < SILENT_MS_MAX) return this.#watchSilence();
      if (!this.#around.faults.isFrozen(this.actor)) this.close(1000, '');
    });
  }
}
