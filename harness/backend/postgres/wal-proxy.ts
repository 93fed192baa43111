/** Stands between a standby and its primary and lets WAL pass as its gate says. */
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Address } from './address.ts';
import { encodeFrame, FrameReader } from './wal-stream.ts';
import { WalGate } from './wal-gate.ts';

/** Beyond this the primary has to wait with sending more. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

export interface WalProxyOptions {
  /** Where the standby connects to; port 0 is any that is free. */
  listenOn: Address['at'];
  /** Where the primary listens; connections wait for it. */
  upstream: Promise<Address['at']>;
}

export class WalProxy {
  readonly #gate = new WalGate();
  readonly #server: Server;
  readonly #options: WalProxyOptions;
  readonly #sockets = new Set<Socket>();
  /** Of the connection that is up now; a standby has one walreceiver. */
  #pump: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #isCut = false;

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

  /** Of a proxy that listens on a host. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** End of the WAL that the standby may have. */
  get passed(): bigint {
    return this.#gate.passed;
  }

  /** End of the WAL that the primary has sent it, to pass or to wait. */
  get arrived(): bigint {
    return this.#gate.arrived;
  }

  /** The change holds when this returns, for everything that has not passed yet. */
  change(how: (gate: WalGate) => void): void {
    how(this.#gate);
    this.#pump();
  }

  /** Nothing passes any more, nor does anybody get through, until it is mended. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
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
    if (at === undefined || standby.destroyed || this.#isCut) {
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
      // What still waits when a connection ends never passes by it: nobody would receive it.
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
