import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it, vi } from 'vitest';
import { createMonitor, type MonitorEvent } from './monitor.ts';

interface Counter {
  add(...args: unknown[]): void;
}

const at = (progress: number, status = 'generating') => ({ progress, status });

/** A monitor whose events are kept, without their times. */
function monitored(options: Parameters<typeof createMonitor>[0] = {}) {
  const events: Omit<MonitorEvent, 'time'>[] = [];
  const monitor = createMonitor({
    session: 'tab-1',
    log({ time, ...event }) {
      expect(time).toMatch(/Z$/);
      events.push(event);
    },
    ...options,
  });
  return { monitor, events };
}

describe('the monitor', () => {
  it('tells a reversion with both values, session and source, and counts it', () => {
    const { monitor, events } = monitored({ source: 'job-page' });
    const values = [at(85), at(10), at(85)];
    expect(values.map((value) => monitor.show('story-1', value))).toEqual(values);
    expect(events).toEqual([
      {
        event: 'ratchet.reversion',
        session: 'tab-1',
        key: 'story-1',
        generation: 1,
        progress: 10,
        status: 'generating',
        source: 'job-page',
        from: { generation: 1, progress: 85, status: 'generating' },
      },
    ]);
    expect(monitor.reversions).toBe(1);
  });

  it('counts one reversion until the next step back', () => {
    const { monitor } = monitored();
    for (const progress of [85, 10, 20, 30, 20, 90]) monitor.show('story-1', at(progress));
    expect(monitor.reversions).toBe(2);
  });

  it('takes a new generation for progress, an old one for a reversion, and an end for final', () => {
    const { monitor, events } = monitored();
    monitor.show('a', { progress: 85, generation: 1 });
    monitor.show('a', { progress: 5, generation: 2 });
    expect(events).toEqual([]);
    monitor.show('a', { progress: 85, generation: 1 });
    monitor.show('b', at(100, 'completed'));
    monitor.show('b', at(100));
    expect(events.map(({ key, from }) => [key, from])).toEqual([
      ['a', { generation: 2, progress: 5 }],
      ['b', { generation: 1, progress: 100, status: 'completed' }],
    ]);
  });

  it('knows the end of each generation', () => {
    const { monitor, events } = monitored();
    for (const generation of [1, 2]) monitor.show('a', { progress: 85, generation, status: 'failed' });
    monitor.show('a', { progress: 85, generation: 2, status: 'generating' });
    expect(events.map(({ from }) => from)).toEqual([{ generation: 2, progress: 85, status: 'failed' }]);
  });

  it('keeps sessions and keys apart', () => {
    const { monitor } = monitored();
    monitor.show('a', at(85), { session: 'one' });
    monitor.show('a', at(10), { session: 'two' });
    monitor.show('b', at(5), { session: 'one' });
    expect(monitor.reversions).toBe(0);
  });

  it('can hold an older value back, and shows the object that was shown before', () => {
    const { monitor, events } = monitored({ hold: true });
    const first = at(85);
    monitor.show(7, first);
    expect(monitor.show(7, at(10))).toBe(first);
    expect(monitor.show('7', at(40))).toBe(first);
    expect(monitor.show('7', at(90)).progress).toBe(90);
    expect(events).toEqual([expect.objectContaining({ progress: 10, held: true, from: expect.anything() })]);
  });

  it('logs all values if it is asked to, and none', () => {
    const all = monitored({ logs: 'all' });
    const none = monitored({ logs: 'none' });
    for (const { monitor } of [all, none]) for (const progress of [10, 85, 10]) monitor.show('a', at(progress));
    expect(all.events.map(({ event }) => event)).toEqual(['ratchet.progress', 'ratchet.progress', 'ratchet.reversion']);
    expect(none.events).toEqual([]);
    expect(none.monitor.reversions).toBe(1);
  });

  it('prints one line of JSON by default', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const monitor = createMonitor();
    monitor.show('a', at(85));
    monitor.show('a', at(10));
    const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)) as MonitorEvent);
    log.mockRestore();
    expect(lines).toHaveLength(1);
    expect(lines[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(lines[0]?.session).toMatch(/^\d+-\d+$/);
  });

  it('counts with a meter of OpenTelemetry', () => {
    const counted: unknown[] = [];
    const createCounter = vi.fn<() => Counter>(() => ({ add: (...args) => void counted.push(args) }));
    const { monitor } = monitored({ source: 'route', meter: { createCounter } });
    for (const progress of [85, 10, 5]) monitor.show('a', at(progress));
    expect(createCounter).toHaveBeenCalledExactlyOnceWith('ratchet.reversions', expect.objectContaining({}));
    expect(counted).toEqual([
      [1, { 'ratchet.source': 'route' }],
      [1, { 'ratchet.source': 'route' }],
    ]);
  });

  it('forgets the views that were least recently shown', () => {
    const { monitor } = monitored({ viewsMax: 2 });
    monitor.show('a', at(85));
    monitor.show('b', at(85));
    monitor.show('a', at(86));
    monitor.show('c', at(85));
    monitor.show('b', at(10));
    expect(monitor.reversions).toBe(0);
    monitor.show('c', at(10));
    expect(monitor.reversions).toBe(1);
  });

  it('never throws: neither for what is no progress, nor if the log fails', () => {
    const monitor = createMonitor({
      log() {
        throw new Error('no log');
      },
    });
    for (const value of [undefined, null, {}, { progress: '85' }, { progress: Number.NaN }]) {
      expect(monitor.show('a', value as any)).toBe(value);
    }
    monitor.show('a', at(85));
    expect(monitor.show('a', at(10))).toEqual(at(10));
  });
});

it('has at most 2 kB for a page, gzipped, and no import', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('monitor.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    metafile: true,
  });
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThanOrEqual(2000);
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
});
