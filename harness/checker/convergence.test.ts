import { expect, test } from 'vitest';
import {
  commit,
  fail,
  historyOf,
  invoke,
  ok,
  progress,
  read,
  receive,
  show,
  watch,
  write,
} from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

const done = commit(progress(100, 'completed'));

test('a session that read after the end and was last shown less has not converged', () => {
  const history = historyOf([read('tab-1', progress(85)), done, read('tab-1', progress(85))]);
  expect(judgeOne(history, 'convergence')).toMatchObject({
    valid: false,
    events: [[2, 4]],
    sentences: ['tab-1 was last shown story-1 at 85%, but it ended at 100%'],
  });
});

test('a session that was last shown the final value has converged, whatever it was shown before', () => {
  const history = historyOf([done, read('tab-1', progress(85)), read('tab-1', progress(100))]);
  expect(judgeOne(history, 'convergence').valid).toBe(true);
});

test('a session that was shown the final value and then less has not converged', () => {
  const history = historyOf([done, read('tab-1', progress(100)), read('tab-1', progress(85))]);
  expect(judgeOne(history, 'convergence')).toMatchObject({ valid: false, events: [[0, 4]] });
});

test('a session that did not read after the end is not judged', () => {
  const history = historyOf([invoke('tab-1', 'read'), done, ok('tab-1', 'read', progress(85))]);
  expect(judgeOne(history, 'convergence').valid).toBe('unknown');
});

test('with show events it is the display that must converge, not the reads', () => {
  const held = historyOf([show('tab-1', progress(85)), done, read('tab-1', progress(100))]);
  expect(judgeOne(held, 'convergence')).toMatchObject({ valid: false, events: [[0, 1, 2]] });
  const displayed = historyOf([done, read('tab-1', progress(100)), show('tab-1', progress(100))]);
  expect(judgeOne(displayed, 'convergence').valid).toBe(true);
});

test('a session whose reads after the end all failed has not converged', () => {
  const history = historyOf([done, invoke('tab-1', 'read'), fail('tab-1', 'read')]);
  expect(judgeOne(history, 'convergence')).toMatchObject({
    valid: false,
    events: [[0, 1]],
    sentences: ['tab-1 was never shown story-1, which ended at 100%'],
  });
});

test('a key whose last commit is not terminal is not judged, even if an earlier one was', () => {
  const history = historyOf([done, commit(progress([2, 10])), read('tab-1', progress(85))]);
  expect(judgeOne(history, 'convergence').valid).toBe('unknown');
});

test('commits of a key take precedence over its greatest write', () => {
  const history = historyOf([write('w', progress(100)), commit(progress(85)), read('tab-1', progress(85))]);
  expect(judgeOne(history, 'convergence').valid).toBe('unknown');
});

test('without commits the greatest ok write is the end', () => {
  const lesser = [write('w', progress(100)), write('late', progress(40))];
  expect(judgeOne(historyOf([...lesser, read('tab-1', progress(40))]), 'convergence').events).toEqual([[1, 5]]);
  expect(judgeOne(historyOf([...lesser, read('tab-1', progress(100))]), 'convergence').valid).toBe(true);
  const failed = [invoke('w', 'write', progress(100)), fail('w', 'write')];
  expect(judgeOne(historyOf([failed, read('tab-1', progress(40))]), 'convergence').valid).toBe('unknown');
});

test('a failed generation ends at its progress', () => {
  const ended = [commit(progress(40)), commit(progress(40, 'failed'))];
  expect(judgeOne(historyOf([...ended, read('tab-1', progress(40))]), 'convergence').valid).toBe(true);
  expect(judgeOne(historyOf([...ended, read('tab-1', progress(10))]), 'convergence').valid).toBe(false);
});

test('a bound runs from the commit to the first show of the final value, inclusive', () => {
  const at = (ms: number): { time: number } => ({ time: ms * 1e6 });
  const history = historyOf([
    { ...done, ...at(1000) },
    read('tab-1', progress(85), at(1100)),
    read('tab-1', progress(100), at(1500)),
    read('tab-1', progress(100), at(9000)),
  ]);
  expect(judgeOne(history, 'convergence', { convergeWithinMs: 500 }).valid).toBe(true);
  expect(judgeOne(history, 'convergence', { convergeWithinMs: 499 })).toMatchObject({
    valid: false,
    events: [[0, 4]],
    sentences: ['tab-1 was shown 100% of story-1 only 500 ms after its commit, not within 499 ms'],
  });
});

test('a history in which no session looks at a final value is not judged', () => {
  const reasonOf = (...events: Parameters<typeof historyOf>[0]) => judgeOne(historyOf(events), 'convergence').reason;
  expect(reasonOf(commit(progress(85)), read('tab-1', progress(85)))).toBe('the history has no terminal value');
  expect(reasonOf(read('tab-1', progress(85)), done)).toBe('the history has no session that reads a key after its end');
  expect(reasonOf(watch('tab-1'), watch('tab-1', 'end'), done)).toBe(
    'the history has no session that watches a key at its end',
  );
});

test('scalars of a register are never terminal', () => {
  const history = historyOf([write('w', 100), read('tab-1', 85)]);
  expect(judgeOne(history, 'convergence').valid).toBe('unknown');
});

test('of writes without commits the greatest is the end, in whatever order they came', () => {
  const climbing = [write('w', progress(40)), write('w', progress(100))];
  expect(judgeOne(historyOf([...climbing, read('tab-1', progress(40))]), 'convergence').events).toEqual([[3, 5]]);
  const twice = [write('w', progress(100)), write('w', progress(100))];
  expect(judgeOne(historyOf([...twice, read('tab-1', progress(40))]), 'convergence').events).toEqual([[3, 5]]);
});

test('a start without a value is not an end', () => {
  const started = [invoke('t', 'start'), ok('t', 'start')];
  const history = historyOf([
    started,
    write('w', progress(100)),
    read('tab-1', progress(100)),
    write('x', 5, { key: 'x' }),
  ]);
  expect(judgeOne(history, 'convergence').valid).toBe(true);
});

test('a session that watches to the end and is shown nothing has not converged, even if it never read', () => {
  expect(judgeOne(historyOf([watch('tab-1'), done]), 'convergence')).toMatchObject({
    valid: false,
    events: [[0, 1]],
    sentences: ['tab-1 watched story-1, which ended at 100%, and was shown nothing'],
  });
  expect(judgeOne(historyOf([watch('tab-1'), done, receive('tab-1', progress(100))]), 'convergence').valid).toBe(false);
});

test('a session that began to watch after the end is judged too', () => {
  expect(judgeOne(historyOf([done, watch('tab-1')]), 'convergence').events).toEqual([[0, 1]]);
});

test('a watching session has converged whether the final value was read or pushed', () => {
  const pushed = [receive('tab-1', progress(100)), show('tab-1', progress(100))];
  expect(judgeOne(historyOf([watch('tab-1'), done, pushed]), 'convergence').valid).toBe(true);
  const stuck = historyOf([watch('tab-1'), show('tab-1', progress(85)), done]);
  expect(judgeOne(stuck, 'convergence')).toMatchObject({
    valid: false,
    events: [[0, 1, 2]],
    sentences: ['tab-1 was last shown story-1 at 85%, but it ended at 100%'],
  });
  const fell = historyOf([watch('tab-1'), done, show('tab-1', progress(100)), show('tab-1', progress(85))]);
  expect(judgeOne(fell, 'convergence').events).toEqual([[1, 3]]);
});

test('a session that stopped watching is not judged, unless it begins again', () => {
  const left = [watch('tab-1'), show('tab-1', progress(85)), watch('tab-1', 'end'), done];
  expect(judgeOne(historyOf(left), 'convergence').valid).toBe('unknown');
  expect(judgeOne(historyOf([...left, watch('tab-1')]), 'convergence').events).toEqual([[1, 3, 4]]);
});

test('in a history with watch events, a session that only reads is not judged', () => {
  const history = historyOf([watch('tab-1'), watch('tab-1', 'end'), done, read('probe', progress(85))]);
  expect(judgeOne(history, 'convergence').valid).toBe('unknown');
});

test('a session watches a key, not all of them', () => {
  const other = { key: 'story-2' };
  const history = historyOf([watch('tab-1', 'begin', other), done, commit(progress(40), other)]);
  expect(judgeOne(history, 'convergence').valid).toBe('unknown');
});

test('a watching session must see how the key ended, where both values have a status', () => {
  const failed = commit(progress(40, 'failed'));
  const shownAs = (status?: string) => historyOf([watch('tab-1'), failed, show('tab-1', progress(40, status))]);
  expect(judgeOne(shownAs('generating'), 'convergence')).toMatchObject({
    valid: false,
    events: [[1, 2]],
    sentences: ['tab-1 was last shown story-1 at 40% (generating), but it ended at 40% (failed)'],
  });
  expect(judgeOne(shownAs('failed'), 'convergence').valid).toBe(true);
  expect(judgeOne(shownAs(), 'convergence').valid).toBe(true);
  const withoutStatus = historyOf([watch('tab-1'), commit(progress(100)), show('tab-1', progress(100, 'generating'))]);
  expect(judgeOne(withoutStatus, 'convergence').valid).toBe(true);
});

test('a watching session is shown the final value in time only with its status', () => {
  const at = (ms: number): { time: number } => ({ time: ms * 1e6 });
  const history = historyOf([
    watch('tab-1', 'begin', at(0)),
    commit(progress(40, 'failed'), at(0)),
    show('tab-1', progress(40, 'generating'), at(10)),
    show('tab-1', progress(40, 'failed'), at(600)),
  ]);
  expect(judgeOne(history, 'convergence', { convergeWithinMs: 500 }).events).toEqual([[1, 3]]);
  expect(judgeOne(history, 'convergence', { convergeWithinMs: 600 }).valid).toBe(true);
});

test('in a history without watch events, the statuses are compared too', () => {
  const readAs = (status?: string) => historyOf([commit(progress(40, 'failed')), read('tab-1', progress(40, status))]);
  expect(judgeOne(readAs('generating'), 'convergence').valid).toBe(false);
  expect(judgeOne(readAs('failed'), 'convergence').valid).toBe(true);
  expect(judgeOne(readAs(), 'convergence').valid).toBe(true);
});
