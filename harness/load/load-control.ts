/** What tabs in another program ask Ratchet for: the time of the run, and what an answer of the application means. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import type { ReadAnswerOf } from './answer-reader.ts';

export interface LoadControl {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): void;
}

export async function serveControl(clock: Pick<Clock, 'now'>, read: ReadAnswerOf): Promise<LoadControl> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url === '/clock') outgoing.end(String(clock.now() / 1e6));
    else if (incoming.url === '/answer') void answer(incoming, outgoing, read).catch(() => outgoing.destroy());
    else outgoing.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, read: ReadAnswerOf): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { body, seen } = JSON.parse(Buffer.concat(chunks).toString()) as { body: string; seen: string };
  const { words, query } = read(body, seen);
  outgoing.end(`${words}\n${query}`);
}
