/** Serves Realtime on the port of a gateway: WebSockets at `/realtime/v1/websocket`. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { StreamServer } from '../port/stream.ts';

export const STREAM_PATH = '/realtime/v1/websocket';
/** As Phoenix limits a frame of a client. */
const FRAME_BYTES_MAX = 8 * 1024 * 1024;
/** Codes that must not be sent: the connection is cut instead. */
const UNSENDABLE: readonly number[] = [1005, 1006, 1015];

/** @returns a function that ends all sockets */
export function serveStream(server: Server, served: { readonly stream?: StreamServer | undefined }): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false });
  server.on('upgrade', (incoming, socket, head) => {
    socket.on('error', () => socket.destroy());
    const url = urlOf(incoming);
    const { stream } = served;
    if (stream === undefined || url?.pathname !== STREAM_PATH) return refuse(socket, 404, 'Not Found');
    if (stream.refuses(url)) return refuse(socket, 403, 'Forbidden');
    sockets.handleUpgrade(incoming, socket, head, (opened) => connect(stream, url, opened));
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  if (UNSENDABLE.includes(code)) socket.terminate();
  else socket.close(code, reason);
}

function connect(stream: StreamServer, url: URL, socket: WebSocket): void {
  const session = stream.connect(url, {
    send: (frame) => socket.send(frame),
    close: (code, reason) => closeSocket(socket, code, reason),
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', (code, reason) => session.closed(code, reason.toString()));
  socket.on('message', (data: Buffer, isBinary) => session.receive(isBinary ? data : data.toString()));
}

function urlOf({ url = '' }: IncomingMessage): URL | undefined {
  return URL.parse(url, 'http://gateway.invalid') ?? undefined;
}

function refuse(socket: Duplex, status: number, text: string): void {
  socket.end(`HTTP/1.1 ${status} ${text}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
