import { describe, expect, it } from 'vitest';
import { displays } from '../channels/display/display-registry.ts';
import type { DisplayPolicy } from '../port/subject.ts';
import { KnownTimes } from './known-times.ts';
import { PollMerger } from './merge-polls.ts';
import type { PollLine } from './poll-lines.ts';
import type { PollService } from './service-lines.ts';

type Line = Record<string, unknown>;

function lineOf(more: Partial<PollLine>): PollLine {
  const times = { startMs: 100, endMs: 110, durationMs: 9 };
  return {
    tab: 1,
    ordinal: 1,
    story: 0,
    ...times,
    status: 200,
    value: { generation: 1, progress: 10 },
    error: '',
    ...more,
  };
}

function merge(
  polls: readonly PollLine[],
  display: DisplayPolicy = displays['as-arrived'],
  service?: PollService,
): Line[] {
  const lines: string[] = [];
  const known = new KnownTimes([], []);
  const merger = new PollMerger({
    own: [
      { index: 0, time: 0, process: 'tab-1/poll', type: 'invoke', f: 'read', key: 'story-1' },
      { index: 1, time: 105e6, process: 'tab-1/poll', type: 'ok', f: 'read', key: 'story-1', value: { progress: 0 } },
      {
        index: 2,
        time: 105e6,
        process: 'tab-1',
        type: 'ok',
        f: 'show',
        key: 'story-1',
        value: { progress: 0 },
        read: 1,
      },
    ],
    known,
    stories: ['story-1', 'story-1-r2'],
    display,
    pollMsMax: 1_000,
    write: (line) => lines.push(line),
  });
  for (const poll of polls) merger.add(poll, { least: -1, most: 1 }, service);
  merger.end();
  return lines.map((line) => JSON.parse(line) as Line);
}

const whatOf = ({ process, type, f }: Line): string => `${String(process)} ${String(type)} ${String(f)}`;

describe('the polls of a load in a history', () => {
  it('begin early and end late, between the events of the run, which refer to each other as before', () => {
    const events = merge([lineOf({})]);
    expect(events.map(whatOf)).toEqual([
      'tab-1/poll invoke read',
      'load-1/poll invoke read',
      'tab-1/poll ok read',
      'tab-1 ok show',
      'load-1/poll ok read',
      'load-1 ok show',
    ]);
    expect(events.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(events.map(({ time }) => Number(time) / 1e6)).toEqual([0, 99, 105, 105, 112, 112]);
    expect([events[3]?.['read'], events[5]?.['read']]).toEqual([2, 4]);
  });

  it('of one tab may overlap, in processes of their own', () => {
    const events = merge([lineOf({}), lineOf({ ordinal: 2, startMs: 111, endMs: 120 })]);
    const ofTab = events.filter(({ f, session }) => f === 'read' && session === 'load-1');
    expect(ofTab.map(whatOf)).toEqual([
      'load-1/poll invoke read',
      'load-1/poll-2 invoke read',
      'load-1/poll ok read',
      'load-1/poll-2 ok read',
    ]);
  });

  it('show what the page shows, and the same value only once', () => {
    const progresses = [10, 10, 85, 10].map((progress, at) =>
      lineOf({ ordinal: at + 1, startMs: 200 + at * 100, endMs: 210 + at * 100, value: { generation: 1, progress } }),
    );
    const shown = (display: DisplayPolicy): unknown[] =>
      merge(progresses, display)
        .filter(({ f, session }) => f === 'show' && session === 'load-1')
        .map(({ value }) => (value as { progress: number }).progress);
    expect(shown(displays['as-arrived'])).toEqual([10, 85, 10]);
    expect(shown(displays['high-water'])).toEqual([10, 85]);
  });

  it('begin a new page with each story', () => {
    const second = lineOf({ ordinal: 2, story: 1, startMs: 200, endMs: 210, value: { generation: 1, progress: 0 } });
    const shown = merge([lineOf({}), second], displays['high-water']).filter(
      ({ f, session }) => f === 'show' && session === 'load-1',
    );
    expect(shown.map(({ key }) => key)).toEqual(['story-1', 'story-1-r2']);
  });

  it('fail with the reason, and tell who served them', () => {
    const service = {
      served_by: 'replica-1',
      lsn: '0/1',
      attempts: 2,
      exchanges: ['primary 503', 'replica-1 200'],
      supabaseMs: 5,
    };
    const [, , , , failed] = merge(
      [lineOf({ value: undefined, status: 503, error: 'too late "now"' })],
      undefined,
      service,
    );
    expect(failed).toMatchObject({
      type: 'fail',
      error: 'HTTP 503 too late "now"',
      status_code: 503,
      served_by: 'replica-1',
      exchanges: ['primary 503', 'replica-1 200'],
    });
  });
});
