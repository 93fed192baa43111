import { describe, expect, it } from 'vitest';
import type { ChangeFeed, ChangeTransaction } from '../port/stream.ts';
import { BroadcastMessages } from './broadcast-messages.ts';
import type { BroadcastFrame } from './phoenix-frames.ts';
import type { StreamChannel } from './stream-channel.ts';

const keys = { publishable: 'sb_publishable_x', secret: 'sb_secret_x', jwtSecret: 's' };

/** Messages to one channel of each kind, and the database that sends them. */
function opened() {
  const sent: [channel: string, Omit<BroadcastFrame, 'topic'>][] = [];
  let tell: (transaction: ChangeTransaction) => void = () => undefined;
  const feed = { follow: (listener) => ((tell = listener), () => undefined) } as ChangeFeed;
  const receiver = (isPrivate: boolean) => ({
    channel: { topic: 'realtime:room', config: { private: isPrivate } } as StreamChannel,
    session: {
      pushBroadcast: (_: StreamChannel, message: Omit<BroadcastFrame, 'topic'>) =>
        void sent.push([isPrivate ? 'private' : 'public', message]),
    },
  });
  const messages = new BroadcastMessages({ feed, keys, nowMs: () => 0 }, (topic, isPrivate) =>
    topic === 'room' ? [receiver(isPrivate)] : [],
  );
  const commit = (committedAtMs: number, ...texts: string[]): void =>
    tell({
      committedAtMs,
      changes: texts.map((text) => ({
        table: { schema: 'realtime', name: 'messages', columns: [], primaryKey: [], hasPolicies: true },
        type: 'INSERT',
        row: { topic: 'room', event: 'said', payload: { text }, private: true, id: text },
      })),
    });
  return { messages, commit, sent };
}

const post = (path: string, body: unknown, apikey = keys.secret) => ({
  method: 'POST',
  url: new URL(`http://gateway.invalid/realtime/v1/api/broadcast${path}`),
  headers: new Headers({ apikey }),
  body: JSON.stringify(body),
});

describe('messages of the database', () => {
  it('are sent with their ids, in the order of the rows', () => {
    const { commit, sent } = opened();
    commit(1, 'a', 'b');
    expect(sent).toEqual([
      ['private', { event: 'said', payload: { text: 'a' }, meta: { id: 'a' } }],
      ['private', { event: 'said', payload: { text: 'b' }, meta: { id: 'b' } }],
    ]);
  });

  it('are sent again to a private channel, those of one transaction in reverse', () => {
    const { messages, commit } = opened();
    commit(1, 'old');
    commit(2, 'a', 'b');
    commit(3, 'c');
    const replay = { since: 2 };
    const channel = { topic: 'realtime:room', config: { private: true, broadcast: { replay } } } as StreamChannel;
    expect(messages.replayFor(channel).map(({ meta }) => meta)).toEqual([
      { replayed: true, id: 'b' },
      { replayed: true, id: 'a' },
      { replayed: true, id: 'c' },
    ]);
    expect(messages.replayFor({ ...channel, config: { broadcast: { replay } } })).toEqual([]);
  });
});

describe('the endpoint', () => {
  it('sends the public messages first, and drops private ones of a sender without permission', () => {
    const { messages, sent } = opened();
    const both = {
      messages: [true, false].map((isPrivate) => ({ topic: 'room', event: 'e', payload: {}, private: isPrivate })),
    };
    expect(messages.http(post('', both))?.status).toBe(202);
    expect(sent.map(([channel]) => channel)).toEqual(['public', 'private']);
    expect(messages.http(post('', both, keys.publishable))?.status).toBe(202);
    expect(sent.map(([channel]) => channel)).toEqual(['public', 'private', 'public']);
  });

  it('takes one message by its path', () => {
    const { messages, sent } = opened();
    expect(messages.http(post('/room/events/said', { text: 'a' }))?.status).toBe(202);
    expect(sent).toEqual([['public', { event: 'said', payload: { text: 'a' } }]]);
  });

  it('refuses what is no message, and a key that is not valid; other paths are not its own', () => {
    const { messages } = opened();
    expect(messages.http(post('', { messages: [{ topic: 'room' }] }))?.status).toBe(422);
    expect(messages.http(post('', null))?.status).toBe(422);
    expect(messages.http(post('/%zz/events/said', {}))?.status).toBe(422);
    expect(messages.http(post('', { messages: [] }, 'sb_secret_wrong'))?.status).toBe(401);
    expect(messages.http({ ...post('', {}), url: new URL('http://gateway.invalid/rest/v1/t') })).toBeUndefined();
  });
});
