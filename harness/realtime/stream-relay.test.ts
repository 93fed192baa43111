import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../port/message.ts';
import type { StreamPeer, TargetRealtime } from '../port/stream.ts';
import { formatBroadcast, formatChanges, formatFrame } from './phoenix-frames.ts';
import { relayRealtime } from './stream-relay.ts';

const TOPIC = 'realtime:a';
const CHANGE = formatChanges(TOPIC, [1], '{}', 2);
const SAID = formatBroadcast({ topic: TOPIC, event: 'said', payload: {} }, 2);
const frame = (event: string, payload: object = {}, ref: string | null = null) =>
  formatFrame({ joinRef: null, ref, topic: TOPIC, event, payload }, 2);
const JOIN = frame('phx_join', {}, '1');
const READY = frame('system', { extension: 'postgres_changes', status: 'ok' });

/** A relay with one socket of `tab-1`, and a target that only takes notes. */
function relayed(http: TargetRealtime['http'] = () => Promise.reject(new Error('gone'))) {
  const sent: unknown[] = [];
  const received: unknown[] = [];
  const waiting: { at: number; run: () => void }[] = [];
  let url: URL | undefined;
  let ofTarget: StreamPeer | undefined;
  const relay = relayRealtime(
    {
      publishes: async () => true,
      connect(asked, peer) {
        [url, ofTarget] = [asked, peer];
        return { receive: (data) => sent.push(data), closed: (code) => sent.push(code) };
      },
      http,
    },
    (at, run) => waiting.push({ at, run }),
  );
  const socket = relay.connect(new URL('ws://gateway/?vsn=2.0.0&ratchet_actor=tab-1&apikey=k'), {
    send: (data) => received.push(data),
    close: (code) => received.push(code),
  });
  /** Lets everything happen that waits, in the order of time; returns how long it waited. */
  const wait = (): number[] =>
    waiting
      .splice(0)
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, run }) => (run(), at));
  return { relay, targets: relay.targets, socket, push: ofTarget!, url: url!, sent, received, wait };
}

describe('a socket that is passed on', () => {
  it('has no parameter of the harness, and passes everything in order', () => {
    const { url, socket, push, sent, received } = relayed();
    expect(url.search).toBe('?vsn=2.0.0&apikey=k');
    for (const data of [JOIN, 'no frame', SAID]) socket.receive(data);
    for (const data of [READY, 'no frame', CHANGE, SAID, Uint8Array.of(9)]) push.send(data);
    expect(sent).toEqual([JOIN, 'no frame', SAID]);
    expect(received).toEqual([READY, 'no frame', CHANGE, SAID, Uint8Array.of(9)]);
  });

  it('ends on both sides, with the code of the side that ends it', () => {
    const byClient = relayed();
    byClient.socket.closed(1000, '');
    byClient.push.send(CHANGE);
    byClient.push.close(1000, '');
    expect([byClient.sent, byClient.received]).toEqual([[1000], []]);
    const byTarget = relayed();
    byTarget.push.close(1012, '');
    expect([byTarget.sent, byTarget.received]).toEqual([[1012], [1012]]);
    const byFault = relayed();
    byFault.targets.closeSocket('tab-2', 1006);
    expect(byFault.received).toEqual([]);
    byFault.targets.closeSocket('tab-1', 1006);
    byFault.relay.close();
    expect([byFault.sent, byFault.received]).toEqual([[1006], [1006]]);
    const byRun = relayed();
    byRun.relay.close();
    expect([byRun.sent, byRun.received]).toEqual([[1001], [1001]]);
  });
});

describe('a fault at the relay', () => {
  it('intercepts changes and broadcasts only', () => {
    const { targets, push, received } = relayed();
    const held: (() => void)[] = [];
    targets.interceptFrames('tab-1', (send) => held.push(send));
    for (const data of [CHANGE, SAID, READY]) push.send(data);
    expect([received, held.length]).toEqual([[READY], 2]);
    for (const send of held) send();
    expect(received).toEqual([READY, CHANGE, SAID]);
  });

  it.each([
    ['closed by the target', ({ push }: ReturnType<typeof relayed>) => push.send(frame('phx_close'))],
    ['left by the client', ({ socket }: ReturnType<typeof relayed>) => socket.receive(frame('phx_leave'))],
    ['joined again', ({ socket }: ReturnType<typeof relayed>) => socket.receive(JOIN)],
  ])('sends nothing that it has held to a channel that was %s', (_, end) => {
    const run = relayed();
    const held: (() => void)[] = [];
    run.targets.interceptFrames('tab-1', (send) => held.push(send));
    run.socket.receive(JOIN);
    run.push.send(CHANGE);
    run.push.send(SAID);
    end(run);
    const before = [...run.received];
    for (const send of held) send();
    expect(run.received).toEqual(before);
  });

  it('freezes both directions, and the end of the socket', () => {
    const { targets, socket, push, sent, received } = relayed();
    const thaw = targets.freeze('tab-1');
    socket.receive(JOIN);
    push.send(CHANGE);
    push.close(1001, '');
    expect([sent, received]).toEqual([[], []]);
    thaw();
    expect([sent, received]).toEqual([
      [JOIN, 1001],
      [CHANGE, 1001],
    ]);
  });

  it('refuses joins, of which the target hears nothing', () => {
    const { targets, socket, sent, received, wait } = relayed();
    const accept = targets.refuseJoins('tab-1');
    socket.receive(JOIN);
    expect(received).toEqual([]);
    expect(wait()).toEqual([5_000]);
    expect(received).toEqual([expect.stringContaining('"phx_reply",{"status":"error"')]);
    expect(JSON.parse(String(received[0])).slice(0, 3)).toEqual([null, '1', TOPIC]);
    accept();
    socket.receive(JOIN);
    expect(sent).toEqual([JOIN]);
  });

  it('delays readiness: what is committed until then is never pushed', () => {
    const { targets, socket, push, received, wait } = relayed();
    const stop = targets.delayReadiness('tab-1', 700);
    socket.receive(JOIN);
    stop();
    const accepted = frame('phx_reply', { status: 'ok' }, '1');
    for (const data of [accepted, CHANGE, SAID, READY, CHANGE]) push.send(data);
    expect(received).toEqual([accepted, SAID]);
    expect(wait()).toEqual([700]);
    for (const data of [CHANGE, READY]) push.send(data);
    expect(received).toEqual([accepted, SAID, READY, CHANGE, READY]);
  });

  it('delays the reply to a join that waits for its subscription', () => {
    const { targets, socket, push, received, wait } = relayed();
    targets.delayReadiness('tab-1', 700);
    socket.receive(frame('phx_join', { config: { postgres_changes_options: { wait: true } } }, '1'));
    const replies = ['1', '2'].map((ref) => frame('phx_reply', { status: 'ok' }, ref));
    for (const data of [...replies, READY]) push.send(data);
    expect(received).toEqual([replies[1]]);
    wait();
    expect(received).toEqual([replies[1], replies[0], READY]);
  });

  it('of the server is not possible', () => {
    expect(relayed().targets.server).toBeUndefined();
  });
});

describe('a request to the endpoint for broadcasts', () => {
  const request = (path: string) => ({
    method: 'POST',
    url: new URL(path, 'http://gateway'),
    headers: new Headers(),
    body: '',
  });

  it('is answered by the target, and another one is not', async () => {
    const answer: HttpAnswer = { status: 202, headers: new Headers(), body: '' };
    const { relay } = relayed(async () => answer);
    expect(await relay.http(request('/realtime/v1/api/broadcast/a/events/b'))).toBe(answer);
    expect(relay.http(request('/rest/v1/stories'))).toBeUndefined();
  });

  it('is answered 503 if the target cannot be reached', async () => {
    expect(await relayed().relay.http(request('/realtime/v1/api/broadcast'))).toMatchObject({ status: 503 });
  });
});
