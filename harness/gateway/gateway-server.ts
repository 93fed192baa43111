/** Serves the gateway on a port, for subjects that use HTTP. */
import { createServer, STATUS_CODES, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { EnvironmentError } from '../errors.ts';
import { noFreePort } from '../system-failure.ts';
import { gatewayError } from './gateway-error.ts';
import { CONNECTION_LOST, type Gateway, type GatewayAnswer } from './gateway.ts';
import type { StreamServer } from '../port/stream.ts';
import { serveStream } from './stream-sockets.ts';
import { readRequest, RequestRefused, type RefuseKey } from './incoming-request.ts';

/** What is served on a port. */
export interface ServedGateway extends Pick<Gateway, 'handle'> {
  /** Without it, the size of a body has the same bound with and without a key. */
  readonly refuseKey?: RefuseKey | undefined;
  /** Realtime, at `/realtime/v1/websocket`. */
  readonly stream?: StreamServer | undefined;
}

export interface GatewayServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * @param at where to listen. Default: a free port on loopback
 * @throws EnvironmentError if the port is in use, or the interface is down
 */
export async function serveGateway(
  gateway: ServedGateway,
  { host = '127.0.0.1', port: wanted = 0 }: { host?: string; port?: number } = {},
): Promise<GatewayServer> {
  const serve: RequestListener = (incoming, outgoing) => {
    exchange(gateway, incoming, outgoing).catch(() => outgoing.destroy());
  };
  // A missing Host gets the same error as a bad one.
  const server = createServer({ requireHostHeader: false }, serve);
  server.on('checkContinue', serve);
  server.on('clientError', answerMalformed);
  const endStreams = serveStream(server, gateway);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(host, wanted, error)));
    server.listen(wanted, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      endStreams();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  try {
    await requireReachable(host, port);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: `http://${host}:${port}`, close };
}

/** An interface that is down can be listened on, but not connected to. */
async function requireReachable(host: string, port: number): Promise<void> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRNOTAVAIL' && isUp(host)) throw noFreePort(host, error as Error);
    const what = `${host}:${port} cannot be reached: ${message}`;
    throw new EnvironmentError('loopback-unreachable', what, 'bring the interface up: ip link set lo up', error);
  } finally {
    socket.destroy();
  }
}

/** Whether an interface that is up has the address. */
function isUp(host: string): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): EnvironmentError {
  if (port === 0 && cause.code === 'EADDRINUSE') return noFreePort(host, cause);
  const why = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message;
  const hint = 'choose another port, or omit it to use a free port';
  return new EnvironmentError('port-taken', `cannot listen at ${host}:${port}: ${why}`, hint, cause);
}

async function exchange(gateway: ServedGateway, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const proceed = (): void => {
    if (incoming.headers.expect !== undefined) outgoing.writeContinue();
  };
  const answer = await answerTo(gateway, incoming, proceed);
  if (answer === CONNECTION_LOST) {
    incoming.socket.destroy();
    return;
  }
  outgoing.writeHead(answer.status, Object.fromEntries(endToEnd(answer.headers)));
  outgoing.end(answer.body);
}

async function answerTo(
  gateway: ServedGateway,
  incoming: IncomingMessage,
  proceed: () => void,
): Promise<GatewayAnswer> {
  const { refuseKey } = gateway;
  try {
    return await gateway.handle(await readRequest(incoming, { refuseKey, proceed }));
  } catch (error) {
    if (error instanceof RequestRefused) return error.answer;
    throw error;
  }
}

/** Answers what is not HTTP, as far as it can be told from a request. */
function answerMalformed({ code, message }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const { body } = gatewayError(status, `the request is not valid HTTP: ${message}`);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'keep-alive',
]);

/** Headers of the message, without those of the connection it came over. */
function* endToEnd(headers: Headers): Iterable<[string, string]> {
  for (const [name, value] of headers) if (!HOP_BY_HOP.has(name)) yield [name, value];
}
