import { describe, expect, it } from 'vitest';
import type { Exchange } from '../gateway/gateway.ts';
import { recordExchanges } from './exchanges.ts';
import { ProcessNames } from './recorder.ts';
import { manualClock, quietRecorder } from './virtual.test-support.ts';

const tracked = {
  table: 'stories',
  key: 'id',
  generation: 'generation',
  progress: 'generation_progress',
  status: 'generation_status',
};
const body = JSON.stringify({ generation: 2, generation_progress: 40, generation_status: 'generating' });

function exchange(overrides: Partial<Exchange> = {}): Exchange {
  return {
    id: 0,
    actor: 'worker-1',
    operation: 'worker-1',
    method: 'PATCH',
    url: new URL('http://gateway/rest/v1/stories?id=eq.story-1'),
    requestBody: body,
    fault: undefined,
    routed: 'primary',
    node: 'primary',
    lsn: '0/1',
    status: 204,
    responseBody: '',
    ...overrides,
  };
}

function record(...exchanges: Exchange[]) {
  const recorder = quietRecorder(manualClock());
  const listener = recordExchanges(recorder, new ProcessNames(), tracked, { storyOf: (key) => key });
  for (const each of exchanges) {
    listener.requested(each);
    listener.ended(each);
  }
  return { events: recorder.history.events, listener };
}

describe('an update of a progress', () => {
  it('is recorded as a write of its actor', () => {
    const value = { generation: 2, progress: 40, status: 'generating' };
    const identity = { process: 'worker-1', session: 'worker-1', f: 'write', key: 'story-1', value };
    expect(record(exchange()).events).toMatchObject([
      { ...identity, type: 'invoke' },
      { ...identity, type: 'ok', served_by: 'primary', lsn: '0/1' },
    ]);
  });

  it.each<[string, Partial<Exchange>, string]>([
    ['it was answered 2xx', { status: 200, responseBody: '[{"id":"story-1"}]' }, 'ok'],
    ['the answer shows that no row matched', { status: 200, responseBody: '[]' }, 'fail'],
    ['it was refused', { status: 409, responseBody: '{}' }, 'fail'],
    ['the server broke', { status: 503, responseBody: '{}' }, 'info'],
    ['the response was lost', { status: undefined }, 'info'],
  ])('ends according to its answer: %s', (_, overrides, type) => {
    expect(record(exchange(overrides)).events[1]!.type).toBe(type);
  });

  it('never uses a process whose operation ended in info', () => {
    const { events } = record(exchange({ status: undefined }), exchange(), exchange());
    expect(events.map((event) => event.process)).toEqual(['worker-1', 'worker-1', ...Array(4).fill('worker-1-2')]);
  });

  it('takes its key from the body if it is an upsert', () => {
    const upsert = exchange({
      method: 'POST',
      url: new URL('http://gateway/rest/v1/stories'),
      requestBody: '{"id":"story-9","generation_progress":5}',
    });
    expect(record(upsert).events[0]).toMatchObject({ key: 'story-9', value: { generation: 1, progress: 5 } });
  });

  it('takes its generation from its condition if the body has none', () => {
    const url = new URL('http://gateway/rest/v1/stories?id=eq.story-1&generation=eq.2');
    const { events } = record(exchange({ url, requestBody: '{"generation_progress":40}' }));
    expect(events[0]).toMatchObject({ key: 'story-1', value: { generation: 2, progress: 40 } });
  });

  it('is recorded by the name of the story, in per cent and in the words of a history', () => {
    const recorder = quietRecorder(manualClock());
    const jobs = {
      table: 'jobs',
      key: ['book', 'page'],
      progress: 'pct',
      progressMax: 1,
      status: 'state',
      statusWords: { completed: 'done' },
    };
    const stories = { storyOf: (key: string) => (key === '["a","7"]' ? 'story-1' : key) };
    const listener = recordExchanges(recorder, new ProcessNames(), jobs, stories);
    const url = new URL('http://gateway/rest/v1/jobs?book=eq.a&page=eq.7');
    listener.requested(exchange({ url, requestBody: '{"pct":0.29,"state":"done"}' }));
    listener.requested(exchange({ url: new URL('http://gateway/rest/v1/jobs?book=eq.a'), requestBody: '{"pct":1}' }));
    const value = { generation: 1, progress: 29, status: 'completed' };
    expect(recorder.history.events).toEqual([expect.objectContaining({ f: 'write', key: 'story-1', value })]);
  });

  it.each<[string, Partial<Exchange>]>([
    ['another table', { url: new URL('http://gateway/rest/v1/generations?id=eq.1') }],
    ['a read', { method: 'GET', requestBody: '' }],
    ['of any generation', { requestBody: '{"generation_progress":40}' }],
    ['an update of other columns', { requestBody: '{"title":"x"}' }],
    ['a body that is not JSON', { requestBody: '{"generation_progress":' }],
  ])('is not %s', (_, overrides) => {
    expect(record(exchange(overrides)).events).toHaveLength(0);
  });
});

describe('the service of an operation', () => {
  it('is the database of its last successful response, and the number of attempts', () => {
    const { listener } = record(
      exchange({ operation: 'tab-1#1', method: 'GET', requestBody: '', node: 'replica-1', lsn: '0/5', status: 200 }),
      exchange({ operation: 'tab-1#1', method: 'GET', requestBody: '', node: 'primary', status: 503 }),
    );
    expect(listener.takeService('tab-1#1')).toEqual({
      attempts: 2,
      served_by: 'replica-1',
      lsn: '0/5',
      exchanges: ['replica-1 200', 'primary 503'],
    });
    expect(listener.takeService('tab-1#1')).toEqual({ attempts: 0 });
  });
});

describe('an HTTP fault', () => {
  it('is recorded before the request that it applies to', () => {
    const { events } = record(
      exchange({
        fault: { kind: 'http-lose-response', details: { at: 'edge' }, inflict: (passage) => passage.breakConnection() },
        status: undefined,
      }),
    );
    expect(events.map((event) => event.f)).toEqual(['fault', 'write', 'write']);
    expect(events[0]).toMatchObject({
      process: 'nemesis',
      type: 'info',
      fault: 'http-lose-response',
      actor: 'worker-1',
      at: 'edge',
    });
  });
});
