/** A fake container engine: answers the API calls of a start, with failures where a test requires them. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';

/** Prefix of method and path, e.g. `POST /containers/create` → the answer. The first match decides. */
export type Answers = Record<string, (response: ServerResponse) => void>;

export const failing =
  (status: number, message: string) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  };

export const silent = (): void => {};

const answering =
  (body: unknown, status = 200) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

const HEALTHY: Answers = {
  'GET /_ping': answering('OK'),
  'GET /info': answering({ ServerVersion: '0.0', OperatingSystem: 'fake', OSType: 'linux', Labels: [] }),
  'GET /images/': answering({ Id: 'image', Config: { Entrypoint: ['run'], Cmd: [] } }),
  'GET /containers/json': answering([]),
  'POST /networks/create': answering({ Id: 'network' }, 201),
  'GET /networks/': answering({ IPAM: { Config: [] } }),
  'GET /networks': answering([]),
  'GET /volumes': answering({ Volumes: [] }),
  'GET /events': (response) => void response.writeHead(200).flushHeaders(),
  'DELETE /': answering({}, 204),
};

/** Listens on that socket. Resolves to a function that stops the engine. */
export async function startFakeEngine(socket: string, answers: Answers): Promise<() => Promise<void>> {
  const known = [...Object.entries(answers), ...Object.entries(HEALTHY)];
  const server = createServer((request, response) => {
    request.resume();
    const call = `${request.method} ${request.url!.replace(/^\/v[\d.]+/, '')}`;
    const answer = known.find(([prefix]) => call.startsWith(prefix))?.[1] ?? failing(404, `nothing at ${call}`);
    answer(response);
  });
  server.listen(socket);
  await once(server, 'listening');
  return async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
}
