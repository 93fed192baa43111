import { describe, expect, it } from 'vitest';
import { parseHistory } from '../history/codec.ts';
import { ProcessNames, Recorder } from './recorder.ts';

describe('the recorder', () => {
  it('writes a history that can be parsed', () => {
    const lines: string[] = [];
    const times = [5, 7, 6];
    const recorder = new Recorder(
      { now: () => times.shift()!, sleep: async () => undefined },
      { history: 1, seed: 3 },
      { write: (line) => void lines.push(line) },
      () => undefined,
    );
    recorder.record({ process: 'tab-1/poll', session: 'tab-1', type: 'invoke', f: 'read', key: 's' });
    recorder.record({
      process: 'tab-1/poll',
      session: 'tab-1',
      type: 'ok',
      f: 'read',
      key: 's',
      value: { progress: 10 },
      served_by: 'primary',
    });
    recorder.record({ process: 'tab-1', type: 'ok', f: 'show', key: 's', value: { progress: 10 } });
    const history = parseHistory(lines.join('\n'), 'memory');
    expect(history.header).toMatchObject({ history: 1, seed: 3 });
    expect(history.events).toEqual(recorder.history.events);
    expect(history.events.map(({ index, time }) => [index, time])).toEqual([
      [0, 5],
      [1, 7],
      [2, 7],
    ]);
  });

  it('passes every event to listeners until they stop, and drops events after it is closed', () => {
    const recorder = new Recorder(
      { now: () => 0, sleep: async () => undefined },
      { history: 1 },
      { write: () => undefined },
      () => undefined,
    );
    const seen: number[] = [];
    const stop = recorder.follow((event) => seen.push(event.index));
    const fault = { process: 'nemesis', type: 'info', f: 'fault' } as const;
    recorder.record(fault);
    stop();
    recorder.record(fault);
    recorder.close();
    recorder.record(fault);
    expect(seen).toEqual([0]);
    expect(recorder.history.events).toHaveLength(2);
  });
});

describe('a full disk', () => {
  it('is reported once, and later events are kept in memory', () => {
    const failures: string[] = [];
    const sink = {
      write: () => {
        throw new Error('no space left');
      },
    };
    const clock = { now: () => 0, sleep: async () => undefined };
    const recorder = new Recorder(clock, { history: 1 }, sink, (error) => failures.push(error.message));
    recorder.record({ process: 'nemesis', type: 'info', f: 'fault' });
    expect(failures).toEqual(['no space left']);
    expect(recorder.history.events).toHaveLength(1);
  });
});

describe('names of processes', () => {
  it('are reused after their release, the lowest number first', () => {
    const names = new ProcessNames();
    expect([names.take('a'), names.take('a'), names.take('b')]).toEqual(['a', 'a-2', 'b']);
    names.release('a', 'a-2');
    names.release('a', 'a');
    expect([names.take('a'), names.take('a'), names.take('a')]).toEqual(['a', 'a-2', 'a-3']);
  });
});
