import { createClient } from '@supabase/supabase-js';
import { describe, expect, it } from 'vitest';
import { formatBroadcast, formatFrame, parseFrame, type Frame } from './phoenix-frames.ts';

/** The serializer of realtime-js. */
const client = createClient('http://localhost', 'key', { accessToken: async () => null }).realtime.serializer;

const frame: Frame = { joinRef: '1', ref: '2', topic: 'realtime:a', event: 'phx_join', payload: { config: {} } };

/** What realtime-js sends. */
function encoded(payload: Record<string, unknown>, event = 'broadcast'): string | Uint8Array {
  let sent: string | Uint8Array = '';
  client.encode({ join_ref: '1', ref: '2', topic: 'realtime:ä', event, payload }, (data) => {
    sent = typeof data === 'string' ? data : new Uint8Array(data);
  });
  return sent;
}

describe('frames', () => {
  it.each([1, 2] as const)('of version %i are read as they are written', (version) => {
    expect(parseFrame(formatFrame(frame, version), version)).toEqual(frame);
  });

  it('are an array in version 2, and an object in version 1', () => {
    expect(formatFrame(frame, 2)).toBe('["1","2","realtime:a","phx_join",{"config":{}}]');
    expect(JSON.parse(formatFrame(frame, 1))).toEqual({
      join_ref: '1',
      ref: '2',
      topic: 'realtime:a',
      event: 'phx_join',
      payload: { config: {} },
    });
  });

  it('have numbers as references, or none', () => {
    expect(parseFrame('[null,7,"phoenix","heartbeat",{}]', 2)).toMatchObject({ joinRef: null, ref: '7' });
  });

  it.each([
    ['no JSON', '{', 2],
    ['an object in version 2', '{"topic":"a","event":"b"}', 2],
    ['four items', '["1","2","a","b"]', 2],
    ['a topic that is no text', '["1","2",3,"b",{}]', 2],
    ['an array in version 1', '["1","2","a","b",{}]', 1],
    ['bytes in version 1', Uint8Array.of(3, 0, 0, 0, 0, 0, 1), 1],
    ['bytes of another kind', Uint8Array.of(9, 0, 0, 0, 0, 0, 1), 2],
    ['too few bytes', Uint8Array.of(3, 0), 2],
  ] as const)('are refused: %s', (_name, data, version) => {
    expect(parseFrame(data as string, version)).toBeUndefined();
  });
});

describe('broadcasts', () => {
  it('of realtime-js are read', () => {
    const sent = encoded({ type: 'broadcast', event: 'said', payload: { text: 'ü' } });
    expect(parseFrame(sent, 2)).toEqual({
      joinRef: '1',
      ref: '2',
      topic: 'realtime:ä',
      event: 'broadcast',
      payload: { type: 'broadcast', event: 'said', payload: { text: 'ü' } },
    });
  });

  it('with bytes are read', () => {
    const sent = encoded({ type: 'broadcast', event: 'said', payload: Uint8Array.of(1, 2).buffer });
    expect(parseFrame(sent, 2)?.payload).toEqual({
      type: 'broadcast',
      event: 'said',
      payload: Uint8Array.of(1, 2),
    });
  });

  it.each([{ text: 'ü' }, Uint8Array.of(1, 2)])('are understood by realtime-js: %o', (payload) => {
    const sent = formatBroadcast({ topic: 'realtime:ä', event: 'said', payload, meta: { id: '7' } }, 2);
    let received: unknown;
    client.decode(Uint8Array.from(sent as Uint8Array).buffer, (message: unknown) => (received = message));
    expect(received).toMatchObject({
      topic: 'realtime:ä',
      event: 'broadcast',
      payload: {
        type: 'broadcast',
        event: 'said',
        meta: { id: '7' },
        payload: payload instanceof Uint8Array ? payload.buffer : payload,
      },
    });
  });

  it('are text in version 1', () => {
    expect(JSON.parse(formatBroadcast({ topic: 't', event: 'said', payload: 1 }, 1) as string)).toMatchObject({
      topic: 't',
      event: 'broadcast',
      payload: { type: 'broadcast', event: 'said', payload: 1 },
    });
  });
});
