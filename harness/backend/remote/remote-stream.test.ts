import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { RemoteStream } from './remote-stream.ts';

const real = { publishable: 'real-publishable', secret: 'real-secret' };
const given = { publishable: 'given-publishable', secret: 'given-secret' };

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** @param status of the answer to a handshake; 101 accepts it */
async function target(status = 101) {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const asked: string[] = [];
  const opened = Promise.withResolvers<WebSocket>();
  server.on('upgrade', (incoming, socket, head) => {
    asked.push(incoming.url ?? '');
    if (status !== 101) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    sockets.handleUpgrade(incoming, socket, head, (each) => opened.resolve(each));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stream = new RemoteStream({ url, real, given }, undefined);
  ends.push(() => {
    stream.close();
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  return { stream, asked, opened: opened.promise, server };
}

function client() {
  const received: unknown[] = [];
  const closed = Promise.withResolvers<[number, string]>();
  const isOpen = Promise.withResolvers<void>();
  const peer = {
    send(frame: string | Uint8Array) {
      received.push(typeof frame === 'string' ? frame : [...frame]);
      isOpen.resolve();
    },
    close: (code: number, reason: string) => closed.resolve([code, reason]),
  };
  return { peer, received, closed: closed.promise, isOpen: isOpen.promise };
}

const URL_OF_CLIENT = new URL('ws://gateway/realtime/v1/websocket?apikey=given-publishable&vsn=2.0.0');

describe('a socket of the target', () => {
  it('has the keys of the target, and gets what was sent before it was open, in order', async () => {
    const { stream, asked, opened } = await target();
    const { peer, received } = client();
    const socket = stream.connect(URL_OF_CLIENT, peer);
    socket.receive('{"access_token":"given-publishable"}');
    socket.receive(Uint8Array.of(3, 1));
    const ofTarget = await opened;
    const heard: string[] = [];
    ofTarget.on('message', (data: Buffer, isBinary) => heard.push(isBinary ? data.toString('hex') : data.toString()));
    while (heard.length < 2) await once(ofTarget, 'message');
    socket.receive('last');
    while (heard.length < 3) await once(ofTarget, 'message');
    expect(asked).toEqual(['/realtime/v1/websocket?apikey=real-publishable&vsn=2.0.0']);
    expect(heard).toEqual(['{"access_token":"real-publishable"}', '0301', 'last']);
    ofTarget.send('your key is real-secret');
    ofTarget.send(Uint8Array.of(4, 2));
    ofTarget.close();
    await once(ofTarget, 'close');
    expect(received).toEqual(['your key is given-secret', [4, 2]]);
  });

  it('is closed with the code of the client, and the client with that of the target', async () => {
    const first = await target();
    const { peer: ofFirst, isOpen } = client();
    const socket = first.stream.connect(URL_OF_CLIENT, ofFirst);
    const ofTarget = await first.opened;
    ofTarget.send('hello');
    await isOpen;
    socket.closed(4001, 'bye');
    const [code, reason] = (await once(ofTarget, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4001, 'bye']);
    const second = await target();
    const { peer, closed } = client();
    second.stream.connect(URL_OF_CLIENT, peer);
    (await second.opened).close(1001, 'restarts');
    expect(await closed).toEqual([1001, 'restarts']);
  });

  it('that is refused closes the client as a connection that breaks', async () => {
    const { stream } = await target(403);
    const { peer, closed } = client();
    stream.connect(URL_OF_CLIENT, peer);
    expect(await closed).toEqual([1006, '']);
  });

  it('ends with the run', async () => {
    const { stream, opened } = await target();
    stream.connect(URL_OF_CLIENT, client().peer);
    const ofTarget = await opened;
    stream.close();
    expect((await once(ofTarget, 'close'))[0]).toBe(1006);
  });
});

describe('a target', () => {
  const TABLE = { schema: 'public', name: 'stories' };

  it('with Realtime is asked with the publishable key, and has no socket left', async () => {
    const { stream, asked, opened } = await target();
    expect(await stream.publishes(TABLE)).toBe(true);
    expect(asked).toEqual(['/realtime/v1/websocket?apikey=real-publishable&vsn=2.0.0']);
    await once(await opened, 'close');
  });

  it.each([
    [404, 'the target has no Realtime: /realtime/v1/websocket answers HTTP 404'],
    [403, 'the target does not accept its socket: /realtime/v1/websocket answers HTTP 403'],
  ])('that answers %i is refused in one line', async (status, message) => {
    const { stream } = await target(status);
    await expect(stream.publishes(TABLE)).rejects.toMatchObject({
      code: 'remote-no-realtime',
      exitCode: 64,
      message: `the plan has a tab with a stream, but ${message}`,
    });
  });

  it('that does not answer is reported as unreachable', async () => {
    const { stream, server } = await target();
    server.close();
    await expect(stream.publishes(TABLE)).rejects.toMatchObject({ code: 'remote-realtime', exitCode: 2 });
  });
});
