import { describe, expect, it } from 'vitest';
import { parseHistory } from '../history/codec.ts';
import { judge } from '../checker/compose.ts';
import type { History } from '../history/event.ts';
import type { Verdict } from '../checker/verdict.ts';
import { plainPalette } from './palette.ts';
import { formatVerdicts } from './verdict-text.ts';

const told = (history: History, verdicts: readonly Verdict[]): string =>
  formatVerdicts(history, { verdicts }, { palette: plainPalette, held: 'each' }).join('\n');

function history(...events: Record<string, unknown>[]) {
  const lines = events.map((event, index) =>
    JSON.stringify({ index, ...event, time: Math.round(Number(event['s']) * 1e9), s: undefined }),
  );
  return parseHistory(lines.join('\n'), 'memory');
}

function poll(s: number, progress: number, service: object, index: number): Record<string, unknown>[] {
  const read = { process: 'tab-1/poll', session: 'tab-1', f: 'read', key: 'story-1' };
  return [
    { s: s - 0.01, ...read, type: 'invoke' },
    { s, ...read, type: 'ok', value: { progress }, ...service },
    {
      s,
      process: 'tab-1',
      session: 'tab-1',
      type: 'ok',
      f: 'show',
      key: 'story-1',
      value: { progress },
      read: index + 1,
    },
  ];
}

function write(s: number, progress: number, lsn: string): Record<string, unknown>[] {
  const operation = { process: 'worker-1', session: 'worker-1', f: 'write', key: 'story-1', value: { progress } };
  return [
    { s: s - 0.001, ...operation, type: 'invoke' },
    { s, process: 'db', type: 'ok', f: 'commit', key: 'story-1', value: { progress }, lsn },
    { s: s + 0.001, ...operation, type: 'ok' },
  ];
}

describe('a counterexample', () => {
  it('shows which commits a promotion lost, and does not count them as lag', () => {
    const promoted = { process: 'db', type: 'ok', f: 'commit', key: 'story-1', lsn: '0/2F088', promoted: 'replica-1' };
    const lost = history(
      ...write(0.1, 10, '0/2F088'),
      ...write(1.204, 85, '0/3A1F0'),
      ...poll(1.31, 85, { served_by: 'primary', lsn: '0/3A1F0' }, 6),
      { s: 1.5, ...promoted, value: { progress: 10 } },
      ...poll(1.812, 10, { served_by: 'replica-2', lsn: '0/2F088' }, 10),
    );
    const { verdicts } = judge(lost, ['monotonic-view'], {});
    expect(told(lost, verdicts)).toBe(
      [
        '✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%',
        '   1.204 s  worker-1 wrote 85%                      committed at 0/3A1F0 on the primary',
        '   1.310 s  tab-1 was shown 85%                     served by the primary',
        '   1.500 s  replica-1 became the primary with 10%   up to 0/2F088: later commits are lost',
        '   1.812 s  tab-1 was shown 10%                     served by replica-2, which had replayed up to 0/2F088',
      ].join('\n'),
    );
  });

  it('consists of sentences with times, sources and causes', () => {
    const reversion = history(
      ...write(0.1, 10, '0/2F088'),
      ...write(1.204, 85, '0/3A1F0'),
      ...poll(1.31, 85, { served_by: 'primary', lsn: '0/3A1F0' }, 6),
      ...poll(1.812, 10, { served_by: 'replica-1', lsn: '0/2F088', attempts: 4 }, 9),
    );
    const { verdicts } = judge(reversion, ['monotonic-view', 'integrity']);
    expect(told(reversion, verdicts)).toBe(
      [
        '✗ monotonic-view   tab-1 saw story-1 go from 85% back to 10%',
        '   0.100 s  worker-1 wrote 10%    committed at 0/2F088 on the primary',
        '   1.204 s  worker-1 wrote 85%    committed at 0/3A1F0 on the primary',
        '   1.310 s  tab-1 was shown 85%   served by the primary',
        '   1.812 s  tab-1 was shown 10%   served by replica-1, after 4 attempts, which had replayed up to 0/2F088 (0.6 s behind)',
        '✓ integrity        4 values judged',
      ].join('\n'),
    );
  });

  it('shows who watched, and which values were pushed', () => {
    const tab = { process: 'tab-1', session: 'tab-1', type: 'ok', key: 'story-1' };
    const pushed = history(
      { s: 0.05, ...tab, f: 'watch', phase: 'begin' },
      ...write(0.1, 85, '0/10'),
      { s: 0.2, ...tab, f: 'receive', value: { progress: 85 }, served_by: 'replica-1' },
      { s: 0.2, ...tab, f: 'show', value: { progress: 85 }, receive: 4 },
      { s: 0.3, ...tab, f: 'receive', value: { progress: 90 } },
      ...write(0.5, 100, '0/20'),
    );
    const { verdicts } = judge(pushed, ['integrity', 'convergence']);
    expect(told(pushed, verdicts)).toBe(
      [
        '✗ integrity     tab-1 received 90% of story-1, which no operation had written',
        '   0.300 s  tab-1 was sent 90%',
        '✗ convergence   tab-1 was last shown story-1 at 85%, but it ended at 100%',
        '   0.050 s  tab-1 began to watch',
        '   0.100 s  worker-1 wrote 85%     committed at 0/10 on the primary',
        '   0.200 s  tab-1 was shown 85%    served by replica-1',
        '   0.500 s  worker-1 wrote 100%    committed at 0/20 on the primary',
      ].join('\n'),
    );
  });

  it('shows the fault that applied to a request of the writer', () => {
    const retried = history(
      ...write(0.1, 40, '0/10'),
      {
        s: 0.15,
        process: 'nemesis',
        type: 'info',
        f: 'fault',
        fault: 'http-lose-response',
        actor: 'worker-1',
        method: 'PATCH',
        effect: 'applied, and its response lost',
      },
      ...write(0.2, 10, '0/20'),
    );
    const { verdicts } = judge(retried, ['monotonic-commits']);
    expect(told(retried, verdicts)).toContain('applied, and its response lost');
  });

  it('gives the reason of an unknown verdict', () => {
    const empty = history();
    expect(told(empty, judge(empty, ['monotonic-commits']).verdicts)).toMatch(
      /^\? monotonic-commits {3}not judged: the history has no commit events$/,
    );
  });
});
