import { expect, test } from 'vitest';
import { judge } from '../checker/compose.ts';
import { commit, historyOf, info, ok, progress, show } from '../history/history.test-support.ts';
import { describeTimelineText } from './timeline-text.ts';

const at = (ms: number) => ({ time: ms * 1e6 });
const fault = (phase: string, ms: number) =>
  info('nemesis', 'fault', { key: undefined, fault: 'lag', replica: 'replica-1', phase, ...at(ms) });

const history = historyOf(
  [
    fault('begin', 0),
    commit(progress(100), { lsn: '0/9', ...at(100) }),
    show('tab-1', progress(100), at(200)),
    ok('tab-1', 'show', progress(0), { served_by: 'replica-1', lsn: '0/1', ...at(400) }),
    fault('end', 500),
    show('tab-1', progress(100), at(410)),
    show('tab-1', progress(100), at(600)),
  ].toSorted((a, b) => a.time! - b.time!),
);

test('a timeline in characters has faults, what was shown with the violation below it, and what a replica had replayed', () => {
  const lines = describeTimelineText(history, judge(history, ['monotonic-view']).verdicts);
  expect(lines).toEqual([
    `lag · replica-1      ${'░'.repeat(50)}`,
    `tab-1 · story-1      ${' '.repeat(20)}${'█'.repeat(20)}▁${'█'.repeat(19)}`,
    `                     ${' '.repeat(40)}✗`,
    `replica-1 · story-1  ${' '.repeat(40)}${'▁'.repeat(20)}`,
    `                     0.000 s${' '.repeat(46)}0.600 s`,
  ]);
});

test('a history without a progress has no timeline', () => {
  expect(describeTimelineText(historyOf([fault('begin', 0)]), [])).toEqual([]);
});
