/** Realtime of the target: its sockets, with the application's keys replaced by the target's, and its checks. */
import { WebSocket } from 'ws';
import { EnvironmentError, UsageError } from '../../errors.ts';
import { closeSocket, STREAM_PATH } from '../../gateway/stream-sockets.ts';
import type { HttpAnswer, HttpMessage } from '../../port/message.ts';
import type { StreamPeer, StreamSocket, TargetRealtime } from '../../port/stream.ts';
import { firstOf } from '../../required.ts';
import type { Database } from './remote-database.ts';
import { exchanged, requestTarget, type RestOptions } from './remote-rest.ts';

const TIMEOUT_MS = 10_000;

export class RemoteStream implements TargetRealtime {
  readonly #options: RestOptions;
  readonly #database: Database | undefined;
  readonly #sockets = new Set<WebSocket>();

  /** @param database of the primary; without it, every table counts as published */
  constructor(options: RestOptions, database: Database | undefined) {
    this.#options = options;
    this.#database = database;
  }

  async publishes({ schema, name }: { schema: string; name: string }): Promise<boolean> {
    await this.#requireSocket();
    if (this.#database === undefined) return true;
    const found = await this.#database<{ published: boolean }[]>`
      select exists (select from pg_publication_tables
        where pubname = 'supabase_realtime' and schemaname = ${schema} and tablename = ${name}) as published`;
    return firstOf(found).published;
  }

  connect(url: URL, peer: StreamPeer): StreamSocket {
    const { real, given } = this.#options;
    const socket = this.#open(exchanged(url.search, given, real));
    const waiting: (string | Uint8Array)[] = [];
    socket.on('open', () => {
      for (const frame of waiting.splice(0)) socket.send(frame);
    });
    socket.on('message', (data: Buffer, isBinary) => {
      peer.send(isBinary ? data : exchanged(data.toString(), real, given));
    });
    socket.on('close', (code, reason) => peer.close(code, reason.toString()));
    return {
      receive(frame) {
        const sent = typeof frame === 'string' ? exchanged(frame, given, real) : frame;
        if (socket.readyState === WebSocket.CONNECTING) waiting.push(sent);
        else socket.send(sent);
      },
      closed: (code, reason) => closeSocket(socket, code, reason),
    };
  }

  http(request: HttpMessage): Promise<HttpAnswer> {
    return requestTarget(this.#options, request);
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #open(search: string): WebSocket {
    const url = `${this.#options.url.replace(/^http/, 'ws')}${STREAM_PATH}${search}`;
    const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: TIMEOUT_MS });
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // It is closed then, with 1006.
    socket.on('error', () => undefined);
    return socket;
  }

  /** @throws RatchetError if the target does not accept a socket with the publishable key */
  async #requireSocket(): Promise<void> {
    const { publishable } = this.#options.real;
    const socket = this.#open(`?apikey=${encodeURIComponent(publishable)}&vsn=2.0.0`);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.on('open', resolve);
        socket.on('unexpected-response', (_, { statusCode = 0 }) => reject(refused(statusCode)));
        socket.on('error', (error) => reject(unreachable(error)));
      });
    } finally {
      socket.terminate();
    }
  }
}

function refused(status: number): UsageError {
  return new UsageError(
    'remote-no-realtime',
    `the plan has a tab with a stream, but the target ${status === 404 ? 'has no Realtime' : 'does not accept its socket'}: ${STREAM_PATH} answers HTTP ${status}`,
    'enable Realtime in the project, or run a plan without streams',
  );
}

function unreachable(cause: NodeJS.ErrnoException): EnvironmentError {
  const reason = cause.code ?? cause.message;
  return new EnvironmentError('remote-realtime', `Realtime of the target cannot be reached: ${reason}`);
}
