/** An application that runs somewhere, for tests: the progress of its orders is what a test sets, and its primary is beside it. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Order {
  /** 0 to 1. */
  done: number;
  phase: string;
  attempt: number;
}

export interface WatchedServer {
  url: string;
  /** What the status route says of every order. */
  order: Order;
  /** What the primary holds, if it is not the same. */
  row: Order | undefined;
  /** Answers instead of the status route. */
  failure: { status: number; headers?: Record<string, string> } | undefined;
  isMarked: boolean;
  /** The requests: method, path and query. */
  readonly requests: string[];
  /** The headers of the last one. */
  headers: IncomingMessage['headers'];
  close(): Promise<void>;
}

/** The file of a subject for it, which imports the package by its sources. */
export function orderSubject(harness: string): string {
  return `import { defineSubject, url } from ${JSON.stringify(harness)};
export const subject = defineSubject({
  name: 'orders',
  app: url('http://127.0.0.1:9'),
  database: {
    table: 'orders',
    key: 'number',
    progress: { column: 'done', max: 1 },
    status: { column: 'phase', completed: 'shipped', failed: 'lost' },
    generation: 'attempt',
  },
  routes: { status: '/orders/:number/progress', start: '/orders/:number/retry' },
});
`;
}

export async function startWatchedServer(): Promise<WatchedServer> {
  const watched: Omit<WatchedServer, 'url' | 'close'> = {
    order: { done: 0.85, phase: 'packing', attempt: 1 },
    row: undefined,
    failure: undefined,
    isMarked: false,
    requests: [],
    headers: {},
  };
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://app.invalid');
    watched.requests.push(`${request.method} ${pathname}${search}`);
    watched.headers = request.headers;
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    if (pathname === '/rest/v1/ratchet_test_target') return send(watched.isMarked ? 200 : 404, []);
    if (pathname === '/rest/v1/orders') return send(200, [{ number: 'o-1', ...(watched.row ?? watched.order) }]);
    if (request.method === 'POST') return send(202, {});
    if (watched.failure !== undefined) return send(watched.failure.status, { error: 'no' }, watched.failure.headers);
    send(200, watched.order, { age: '12', 'x-cache': 'HIT' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(watched, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => closed(server),
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
}
