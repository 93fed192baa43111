import { expect, test } from 'vitest';
import { commit, historyOf, invoke, ok, progress, read, show, watch, write } from '../history/history.test-support.ts';
import { judge } from './compose.ts';
import { properties } from './properties.ts';
import type { PropertyName } from './properties.ts';

const all = Object.keys(properties) as PropertyName[];
const upAndDown = [show('tab-1', progress(85)), show('tab-1', progress(10))];

test('in an empty history no property is judged', () => {
  const { valid, verdicts } = judge(historyOf([]), all);
  expect(valid).toBe('unknown');
  expect(verdicts.map(({ property, reason }) => [property, reason])).toEqual([
    ['monotonic-view', 'the history has no shown value'],
    ['monotonic-reads', 'the history has no completed read'],
    ['read-your-writes', 'the history has no completed read and no completed write'],
    ['monotonic-commits', 'the history has no commit events'],
    ['writes-follow-reads', 'the history has no completed read and no commit events'],
    ['integrity', 'the history has no shown value and no completed read'],
    ['completion', 'the history has no commit events'],
    ['ownership', 'the history has no completed start'],
    ['linearizable', 'the history has no completed read'],
    ['convergence', 'the history has no terminal value'],
    ['staleness', 'the history has no completed read'],
    ['availability', 'the history has no read'],
  ]);
  const common = { valid: 'unknown', violations: [], judged: 0, isNotJudged: true };
  expect(verdicts).toEqual(all.map(() => expect.objectContaining(common)));
});

test('every verdict says how many values it judged', () => {
  const end = progress(100, 'completed');
  const events = [
    watch('tab-1'),
    invoke('tab-1', 'start'),
    ok('tab-1', 'start', progress(0)),
    ...write('worker-1', end),
    commit(end),
    ...read('tab-1', end),
    show('tab-1', end),
    ok('tab-1', 'receive', end),
  ];
  const { valid, verdicts } = judge(historyOf(events), all);
  expect(valid).toBe(true);
  expect(Object.fromEntries(verdicts.map(({ property, judged }) => [property, judged]))).toEqual({
    ...Object.fromEntries(all.map((name) => [name, 1])),
    integrity: 3,
  });
});

test('a violation counts as judged, whatever the history lacks', () => {
  const received = historyOf([ok('tab-1', 'receive', progress(40))]);
  expect(judge(received, ['integrity']).verdicts[0]).toMatchObject({ valid: false, judged: 1 });
});

test('one unknown makes the judgement unknown, and one false makes it false', () => {
  expect(judge(historyOf([]), ['monotonic-commits', 'monotonic-view']).valid).toBe('unknown');
  expect(judge(historyOf(upAndDown), ['monotonic-commits', 'monotonic-view']).valid).toBe(false);
});

test('every registered property has a verdict with its own name', () => {
  expect(judge(historyOf([commit(progress(10))]), all).verdicts.map(({ property }) => property)).toEqual(all);
});

test('a checker that fails is unknown, and the others still give verdicts', () => {
  const { valid, verdicts } = judge(historyOf(upAndDown), ['no-such-property' as PropertyName, 'monotonic-view']);
  expect(valid).toBe(false);
  expect(verdicts[0]).toMatchObject({ valid: 'unknown', reason: expect.stringContaining('the checker failed') });
});

test('a history that cannot be paired is unknown under every property', () => {
  const { valid, verdicts } = judge(historyOf([ok('tab-1', 'read', progress(10))]), ['monotonic-view', 'integrity']);
  expect(valid).toBe('unknown');
  expect(verdicts).toHaveLength(2);
  expect(verdicts[1]?.reason).toBe(
    'the checker failed: event 0: ok without an invoke: process "tab-1" has no operation in flight',
  );
});

test('the first hundred violations are kept and all are counted', () => {
  const [verdict] = judge(historyOf(Array.from({ length: 150 }, () => upAndDown).flat()), ['monotonic-view']).verdicts;
  expect(verdict?.violations).toHaveLength(100);
  expect(verdict?.measured).toEqual({ violations: 150, sessions: { 'tab-1': 150 } });
  expect(verdict).not.toHaveProperty('worst');
});

test('the worst violation is kept, also beyond the first hundred', () => {
  const fall = (from: number, to: number, session = 'tab-1') => [
    show(session, progress(from)),
    show(session, progress(to)),
  ];
  const three = historyOf([fall(30, 20), fall(90, 5, 'tab-2'), fall(50, 40)].flat());
  expect(judge(three, ['monotonic-view']).verdicts[0]).toMatchObject({
    worst: 1,
    measured: { violations: 3, sessions: { 'tab-1': 2, 'tab-2': 1 } },
  });
  const many = historyOf([Array.from({ length: 150 }, () => fall(30, 20)), fall(100, 20), fall(30, 20)].flat(2));
  const [verdict] = judge(many, ['monotonic-view']).verdicts;
  expect(verdict).toMatchObject({ worst: 99, measured: { violations: 152 } });
  expect(verdict?.violations).toHaveLength(100);
  expect(verdict?.violations[99]?.events).toEqual([300, 301]);
});

test('a checker that fails reports no violations', () => {
  const [verdict] = judge(historyOf(upAndDown), ['no-such-property' as PropertyName]).verdicts;
  expect(verdict?.violations).toEqual([]);
});
