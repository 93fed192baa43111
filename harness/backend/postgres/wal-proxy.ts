/** A proxy on the replication connection between a standby and its primary. Its gate decides which WAL passes. */
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Address } from './address.ts';
import { encodeFrame, FrameReader } from './wal-stream.ts';
import { WalGate } from './wal-gate.ts';

/** If more than this is queued, reading from the primary is paused. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

export interface WalProxyOptions {
  /** Where the standby connects; port 0 means any free port. */
  listenOn: Address['at'];
  /** The primary's address; connections wait for it. */
  upstream: Promise<Address['at']>;
}

export class WalProxy {
  readonly #gate = new WalGate();
  readonly #server: Server;
  readonly #options: WalProxyOptions;
  readonly #sockets = new Set<Socket>();
  /** Forwards frames on the current connection; a standby has only one. */
  #pump: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #isPartitioned = false;

  constructor(options: WalProxyOptions) {
    this.#options = options;
    this.#server = createServer((standby) => void this.#accept(standby));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.listenOn, resolve);
    });
  }

  /** The port, if the proxy listens on a host. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whether the standby is connected. */
  get isConnected(): boolean {
    return this.#sockets.size > 0;
  }

  /** End of the WAL that the standby may have. */
  get passed(): bigint {
    return this.#gate.passed;
  }

  /** End of the WAL that the primary has sent, whether it has passed or not. */
  get arrived(): bigint {
    return this.#gate.arrived;
  }

  /** Changes the gate. When this returns, the change is in effect for all WAL that has not passed yet. */
  change(how: (gate: WalGate) => void): void {
    how(this.#gate);
    this.#pump();
  }

  /** Closes all connections, and refuses new ones until `heal`. */
  partition(): void {
    this.#isPartitioned = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  heal(): void {
    this.#isPartitioned = false;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pump = () => {};
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #accept(standby: Socket): Promise<void> {
    this.#track(standby);
    const at = await this.#options.upstream.catch(() => undefined);
    if (at === undefined || standby.destroyed || this.#isPartitioned) {
      standby.destroy();
      return;
    }
    const primary = this.#track('path' in at ? connect(at.path) : connect(at));
    standby.on('close', () => primary.destroy());
    primary.on('close', () => standby.destroy());
    standby.pipe(primary);
    this.#relay(primary, standby);
  }

  #relay(primary: Socket, standby: Socket): void {
    const reader = new FrameReader();
    this.#gate.forgetQueue();
    const pump = (): void => {
      // The queue of a closed connection is not forwarded: the next connection sends that WAL again.
      if (this.#pump !== pump || standby.destroyed) return;
      const { frames, againInMs } = this.#gate.take(performance.now());
      for (const frame of frames) standby.write(encodeFrame(frame));
      clearTimeout(this.#timer);
      if (againInMs !== undefined) this.#timer = setTimeout(pump, Math.ceil(againInMs));
      const crowded = this.#gate.waitingBytes > WAITING_BYTES_MAX || standby.writableNeedDrain;
      if (crowded) primary.pause();
      else if (primary.isPaused()) primary.resume();
    };
    this.#pump = pump;
    standby.on('drain', pump);
    primary.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) this.#gate.push(frame, performance.now());
      pump();
    });
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
