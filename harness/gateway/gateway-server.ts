/** Serves the gateway on a port, for subjects that use HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EnvironmentError } from '../errors.ts';
import { takeAttribution } from './attribution-headers.ts';
import { CONNECTION_LOST, type Gateway, type GatewayRequest } from './gateway.ts';

export interface GatewayServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * @param at where to listen. Default: a free port on loopback
 * @throws EnvironmentError if the port is in use
 */
export async function serveGateway(
  gateway: Pick<Gateway, 'handle'>,
  { host = '127.0.0.1', port: wanted = 0 }: { host?: string; port?: number } = {},
): Promise<GatewayServer> {
  const server = createServer((incoming, outgoing) => {
    exchange(gateway, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(`${host}:${wanted}`, error)));
    server.listen(wanted, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function cannotListen(at: string, cause: NodeJS.ErrnoException): EnvironmentError {
  const why = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message;
  const hint = 'choose another port, or omit it to use a free port';
  return new EnvironmentError('port-taken', `cannot listen at ${at}: ${why}`, hint, cause);
}

async function exchange(
  gateway: Pick<Gateway, 'handle'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const answer = await gateway.handle(await toRequest(incoming));
  if (answer === CONNECTION_LOST) {
    incoming.socket.destroy();
    return;
  }
  outgoing.writeHead(answer.status, Object.fromEntries(endToEnd(answer.headers)));
  outgoing.end(answer.body);
}

async function toRequest(incoming: IncomingMessage): Promise<GatewayRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const { actor, operation } = takeAttribution(headers);
  for (const name of NOT_PASSED_ON) headers.delete(name);
  return {
    actor,
    operation,
    method: incoming.method ?? 'GET',
    url: new URL(`http://${incoming.headers.host ?? '127.0.0.1'}${incoming.url ?? '/'}`),
    headers,
    body: Buffer.concat(chunks).toString(),
  };
}

const NOT_PASSED_ON = ['content-length', 'transfer-encoding', 'connection'];

/** Headers of the message, without those of the connection it came over. */
function* endToEnd(headers: Headers): Iterable<[string, string]> {
  const hopByHop = new Set(['connection', 'content-length', 'content-encoding', 'transfer-encoding', 'keep-alive']);
  for (const [name, value] of headers) if (!hopByHop.has(name)) yield [name, value];
}
