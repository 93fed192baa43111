/**
 * Passes the sockets of a run on to Realtime of a remote target, and makes the faults that can be made in between: of the
 * frames of a tab, of its socket, and of the answers to its joins.
 */
import { gatewayError } from '../gateway/gateway-error.ts';
import { STREAM_ACTOR, type StreamPeer, type StreamSocket, type TargetRealtime } from '../port/stream.ts';
import { BROADCAST_PATH } from './broadcast-messages.ts';
import {
  formatFrame,
  parseFrame,
  parseServerFrame,
  versionOf,
  type Frame,
  type ProtocolVersion,
} from './phoenix-frames.ts';
import type { RealtimeServer } from './realtime-server.ts';
import type { JoinConfig } from './stream-channel.ts';
import { FreezableTraffic, REFUSED_JOIN, StreamFaults, type FaultySocket } from './stream-faults.ts';

type Later = (milliseconds: number, run: () => void) => void;

export function relayRealtime(target: TargetRealtime, later: Later): RealtimeServer {
  const sockets = new Set<RelayedSocket>();
  const faults = new StreamFaults(sockets, later);
  return {
    targets: faults,
    // The target refuses it; the socket of the client is closed then.
    refuses: () => false,
    connect(url, peer) {
      const ended = (): void => void sockets.delete(socket);
      const socket: RelayedSocket = new RelayedSocket(url, peer, { target, faults, later, ended });
      sockets.add(socket);
      return socket;
    },
    http(request) {
      if (!request.url.pathname.startsWith(BROADCAST_PATH)) return undefined;
      return target
        .http(request)
        .catch(({ message }: Error) => gatewayError(503, `Realtime cannot be reached: ${message}`));
    },
    close() {
      for (const socket of sockets) socket.close(1001, '');
    },
  };
}

interface RelaySurroundings {
  target: TargetRealtime;
  faults: StreamFaults;
  later: Later;
  /** The socket is no longer one of the relay's. */
  ended(): void;
}

/** What the client has joined. */
interface RelayedChannel {
  readonly join: Frame;
  /** How much later than the target says its subscription takes effect, in milliseconds. */
  readonly delayMs: number;
  /** The client has been told that the subscription is in effect, or is told when the target says so. */
  isReady: boolean;
}

class RelayedSocket implements StreamSocket, FaultySocket {
  readonly actor: string | undefined;
  readonly #peer: StreamPeer;
  readonly #version: ProtocolVersion;
  readonly #around: RelaySurroundings;
  readonly #target: StreamSocket;
  readonly #channels = new Map<string, RelayedChannel>();
  readonly #traffic: FreezableTraffic;
  #isOver = false;

  constructor(url: URL, peer: StreamPeer, around: RelaySurroundings) {
    this.actor = url.searchParams.get(STREAM_ACTOR) ?? undefined;
    this.#peer = peer;
    this.#version = versionOf(url);
    this.#around = around;
    this.#traffic = new FreezableTraffic(around.faults, this.actor);
    const passedOn = new URL(url);
    passedOn.searchParams.delete(STREAM_ACTOR);
    this.#target = around.target.connect(passedOn, {
      send: (data) => this.#whenItPasses(() => this.#fromTarget(data)),
      close: (code, reason) => this.#whenItPasses(() => this.close(code, reason)),
    });
  }

  receive(data: string | Uint8Array): void {
    this.#whenItPasses(() => this.#fromClient(data));
  }

  closed(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#around.ended();
    this.#target.closed(code, reason);
  }

  close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.closed(code, reason);
    this.#peer.close(code, reason);
  }

  thaw(): void {
    this.#traffic.thaw();
  }

  #fromClient(data: string | Uint8Array): void {
    const frame = parseFrame(data, this.#version);
    if (frame?.event === 'phx_leave') this.#channels.delete(frame.topic);
    if (frame?.event === 'phx_join') {
      const { faults, later } = this.#around;
      if (faults.refusesJoins(this.actor)) return later(REFUSED_JOIN.afterMs, () => this.#refuse(frame));
      const delayMs = faults.delayOf(this.actor);
      this.#channels.set(frame.topic, { join: frame, delayMs, isReady: delayMs === 0 });
    }
    this.#target.receive(data);
  }

  #refuse(join: Frame): void {
    const payload = { status: 'error', response: { reason: REFUSED_JOIN.reason } };
    this.#send(formatFrame({ ...join, event: 'phx_reply', payload }, this.#version));
  }

  #fromTarget(data: string | Uint8Array): void {
    const { faults, later } = this.#around;
    const { topic = '', event, payload, ref } = parseServerFrame(data, this.#version) ?? {};
    const channel = this.#channels.get(topic);
    // What a channel is not sent before it is closed is not sent to a later one of its topic.
    const send = (): void => {
      if (this.#channels.get(topic) === channel) this.#send(data);
    };
    if (event === 'broadcast') return faults.pass(this.actor, send);
    if (event === 'postgres_changes') {
      // Committed before the subscription takes effect.
      if (channel?.isReady === false) return;
      return faults.pass(this.actor, send);
    }
    if (channel?.isReady === false && tellsReadiness(channel, { event, payload, ref })) {
      return later(channel.delayMs, () => {
        channel.isReady = true;
        send();
      });
    }
    this.#send(data);
    if (event === 'phx_close' || event === 'phx_error') this.#channels.delete(topic);
  }

  #send(data: string | Uint8Array): void {
    this.#whenItPasses(() => this.#peer.send(data));
  }

  #whenItPasses(pass: () => void): void {
    this.#traffic.whenItPasses(() => {
      if (!this.#isOver) pass();
    });
  }
}

/** `system`, and before it the reply to a join that asked to wait for the subscription. */
function tellsReadiness({ join }: RelayedChannel, { event, payload, ref }: Partial<Frame>): boolean {
  if (event === 'system') return (payload as { extension?: unknown }).extension === 'postgres_changes';
  const { config } = join.payload as { config?: JoinConfig };
  return event === 'phx_reply' && ref === join.ref && config?.postgres_changes_options?.wait === true;
}
