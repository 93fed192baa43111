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

  it.each([
    [{ served_by: 'edge cache', age_ms: 3_240, attempts: 0 }, 'served by the edge cache, 3.2 s old'],
    [{ served_by: 'edge cache 2', age_ms: 400, attempts: 0 }, 'served by edge cache 2, 0.4 s old'],
    [
      { served_by: 'data cache', age_ms: 900, attempts: 2, exchanges: ['primary 503', 'data cache 200'] },
      'served by the data cache, 0.9 s old, after 2 attempts: primary 503, data cache 200',
    ],
  ])('names the cache that answered, and the age of the answer: %j', (service, words) => {
    const cached = history(
      ...write(0.1, 10, '0/2F088'),
      ...write(1.204, 85, '0/3A1F0'),
      ...poll(1.31, 85, { served_by: 'primary', lsn: '0/3A1F0', attempts: 1 }, 6),
      ...poll(1.812, 10, service, 9),
    );
    const { verdicts } = judge(cached, ['monotonic-view'], {});
    expect(told(cached, verdicts)).toContain(`tab-1 was shown 10%   ${words}`);
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

  it('labels what was committed and what was acknowledged', () => {
    const stale = history(
      ...write(0.1, 10, '0/10'),
      ...write(0.2, 85, '0/20'),
      ...poll(0.4, 10, { served_by: 'replica-1', lsn: '0/10' }, 6).slice(0, 2),
    );
    expect(told(stale, judge(stale, ['linearizable']).verdicts)).toBe(
      [
        '✗ linearizable   tab-1 read 10% of story-1 and missed 85%, which had been acknowledged to worker-1',
        '   0.100 s  worker-1 wrote 10%            committed at 0/10 on the primary',
        '   0.101 s  worker-1 wrote 10%            acknowledged',
        '   0.199 s  worker-1 began to write 85%',
        '   0.200 s  worker-1 wrote 85%            committed at 0/20 on the primary',
        '   0.201 s  worker-1 wrote 85%            acknowledged',
        '   0.400 s  tab-1 read 10%                served by replica-1, which had replayed up to 0/10 (0.2 s behind)',
      ].join('\n'),
    );
  });

  it('shows the errors of reads and writes, and what a lost or failed one would have written', () => {
    const read = { process: 'tab-1', f: 'read', key: 'story-1' };
    const operation = { process: 'worker-1', f: 'write', key: 'story-1' };
    const broken = history(
      { s: 0.1, ...operation, type: 'invoke', value: { progress: 40 } },
      { s: 0.2, ...operation, type: 'fail', error: 'HTTP 409' },
      { s: 0.3, ...read, type: 'invoke' },
      { s: 0.4, ...read, type: 'fail', error: 'HTTP 503' },
      { s: 0.5, ...read, type: 'invoke' },
      { s: 0.6, ...read, type: 'ok', value: { progress: 40 } },
      { s: 0.7, ...read, type: 'invoke' },
      { s: 0.8, ...read, type: 'info' },
    );
    const { verdicts } = judge(broken, ['integrity', 'availability'], { minAvailability: 1 });
    expect(told(broken, verdicts)).toBe(
      [
        '✗ integrity      tab-1 read 40% of story-1, which only a failed write had tried to write',
        '   0.100 s  worker-1 began to write 40%',
        '   0.200 s  worker-1 did not write 40%    HTTP 409',
        '   0.600 s  tab-1 read 40%',
        '✗ availability   only 1 of 3 reads were answered (33.3333%), less than 100%',
        '   0.400 s  tab-1 read nothing    HTTP 503',
        '   0.800 s  tab-1 got no answer   the outcome is unknown',
      ].join('\n'),
    );
  });

  it('says that the answer to a committed write was lost', () => {
    const operation = { process: 'worker-1', f: 'write', key: 'story-1', value: { progress: 10 } };
    const lost = history(
      ...write(0.1, 85, '0/10'),
      { s: 0.2, ...operation, process: 'worker-2', type: 'invoke' },
      { s: 0.3, process: 'db', type: 'ok', f: 'commit', key: 'story-1', value: { progress: 10 } },
      { s: 0.4, ...operation, process: 'worker-2', type: 'info', error: 'the client got no response' },
    );
    expect(told(lost, judge(lost, ['monotonic-commits']).verdicts)).toContain(
      'worker-2 wrote 10%   committed, but the answer was lost: the client got no response',
    );
  });

  it('shows a swap with both values', () => {
    const swap = { f: 'cas', key: 'x', value: [null, 1] };
    const twice = history(
      ...['a', 'b'].flatMap((process, at) => [
        { s: at + 0.1, process, ...swap, type: 'invoke' },
        { s: at + 0.2, process, ...swap, type: 'ok' },
      ]),
    );
    expect(told(twice, judge(twice, ['linearizable']).verdicts)).toContain('b swapped null for 1   acknowledged');
  });

  it('is that of the worst fall, and the others are counted by session', () => {
    const falls = ['tab-1', 'tab-1', 'tab-2', 'tab-3', 'tab-4', 'tab-5'].flatMap((process, at) =>
      [90, at === 2 ? 5 : 80].map((progress) => ({
        s: at,
        process,
        type: 'ok',
        f: 'show',
        key: 'story-1',
        value: { progress },
      })),
    );
    const [first] = told(history(...falls), judge(history(...falls), ['monotonic-view']).verdicts).split('\n');
    expect(first).toBe(
      '✗ monotonic-view   tab-2 saw story-1 go from 90% back to 5%   (and 5 more: 2 of tab-1, 1 of tab-3, 1 of tab-4, 1 of another session)',
    );
  });

  it('gives the reason of an unknown verdict', () => {
    const empty = history();
    expect(told(empty, judge(empty, ['monotonic-commits']).verdicts)).toMatch(
      /^\? monotonic-commits {3}not judged: the history has no commit events$/,
    );
  });
});

describe('a read', () => {
  const invented = (service: object) =>
    history(
      ...write(0.1, 10, '0/1'),
      ...write(0.5, 85, '0/2'),
      ...poll(0.6, 85, { served_by: 'primary', lsn: '0/2', attempts: 1 }, 6),
      ...poll(0.9, 99, service, 9),
    );

  it('of a value that the database never had stands beside the row as it was, and says that nobody was asked', () => {
    const of = invented({ attempts: 0 });
    expect(told(of, judge(of, ['integrity'], {}).verdicts)).toMatch(
      /worker-1 wrote 85% .*committed at 0\/2 on the primary\n.*tab-1 read 99% .*asked nobody: served from memory/,
    );
  });

  it('lists what it asked, if that were several', () => {
    const of = invented({ attempts: 2, served_by: 'primary', exchanges: ['replica-1 503', 'primary 200'] });
    expect(told(of, judge(of, ['integrity'], {}).verdicts)).toContain('after 2 attempts: replica-1 503, primary 200');
  });
});
