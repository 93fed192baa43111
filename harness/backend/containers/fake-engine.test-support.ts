/** Speaks as much of a container engine's API as a start asks for, and fails where a test wants it to. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';

/** What is answered to a request whose method and path begin so: `POST /containers/create`. First match decides. */
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

/** Listens on that socket. Resolves to what stops it. */
export async function startFakeEngine(socket: string, answers: Answers): Promise<() => Promise<void>> {
  const known = [...Object.entries(answers), ...Object.entries(HEALTHY)];
  const server = createServer((request, response) => {
    request.resume();
    const asked = `${request.method} ${request.url!.replace(/^\/v[\d.]+/, '')}`;
    const answer = known.find(([start]) => asked.startsWith(start))?.[1] ?? failing(404, `nothing at ${asked}`);
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
