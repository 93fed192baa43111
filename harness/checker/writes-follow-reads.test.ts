import { expect, test } from 'vitest';
import { commit, fail, historyOf, invoke, ok, progress, read, write } from '../history/history.test-support.ts';
import { judgeOne } from './judge-one.test-support.ts';

/** `s` reads 40, then begins to write 50, which is committed before 40. */
const swapped = [
  read('s', progress(40)),
  invoke('s', 'write', progress(50)),
  commit(progress(50)),
  commit(progress(40)),
];

test('a write that is committed before the value that its session had read is a violation', () => {
  expect(judgeOne(historyOf(swapped), 'writes-follow-reads')).toMatchObject({
    valid: false,
    events: [[1, 2, 3, 4]],
    sentences: ['s read 40% of story-1 and then wrote 50%, but 50% was committed before 40%'],
  });
});

test('the sentence names the key of the write if it differs', () => {
  const elsewhere = { key: 'story-2' };
  const history = historyOf([
    read('s', progress(40)),
    invoke('s', 'write', progress(5), elsewhere),
    commit(progress(5), elsewhere),
    commit(progress(40)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').sentences).toEqual([
    's read 40% of story-1 and then wrote 5% to story-2, but 5% was committed before 40%',
  ]);
});

test('a write that began before the end of the read need not follow it', () => {
  const history = historyOf([
    invoke('s/1', 'read', undefined, { session: 's' }),
    invoke('s/2', 'write', progress(50), { session: 's' }),
    ok('s/1', 'read', progress(40)),
    commit(progress(50)),
    commit(progress(40)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').valid).toBe(true);
});

test('a write of another session need not follow the read', () => {
  const history = historyOf([
    read('t', progress(40)),
    invoke('s', 'write', progress(50)),
    commit(progress(50)),
    commit(progress(40)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').valid).toBe(true);
});

test('a failed write was not committed, even if its value was', () => {
  expect(judgeOne(historyOf([...swapped, fail('s', 'write')]), 'writes-follow-reads').valid).toBe(true);
});

test('the value at which a key begins precedes every commit', () => {
  const history = historyOf([
    read('s', progress(0)),
    invoke('s', 'write', progress(50)),
    commit(progress(50)),
    commit(progress(0)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').valid).toBe(true);
});

test('a commit before the invoke of the write is not its own', () => {
  const history = historyOf([
    commit(progress(50)),
    read('s', progress(40)),
    write('s', progress(50)),
    commit(progress(40)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').valid).toBe(true);
});

test('any of several commits of a value may be that of the write', () => {
  expect(judgeOne(historyOf([...swapped, commit(progress(50))]), 'writes-follow-reads').valid).toBe(true);
  expect(judgeOne(historyOf([commit(progress(40)), ...swapped]), 'writes-follow-reads').valid).toBe(true);
});

test('of several reads the one whose value was committed last counts', () => {
  const history = historyOf([
    commit(progress(10)),
    read('s', progress(40)),
    read('s', progress(10)),
    invoke('s', 'write', progress(50)),
    commit(progress(50)),
    commit(progress(40)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').events).toEqual([[2, 5, 6, 7]]);
});

test('the same value read and written is one commit, not two in the wrong order', () => {
  const history = historyOf([read('s', progress(40)), write('s', progress(40)), commit(progress(40))]);
  expect(judgeOne(history, 'writes-follow-reads').valid).toBe(true);
});

test('a start without a value has no known commit', () => {
  const history = historyOf([
    read('s', progress(40)),
    invoke('s', 'start'),
    commit(progress([2, 0])),
    commit(progress(40)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').valid).toBe(true);
});

test('without commits the verdict is unknown', () => {
  expect(judgeOne(historyOf([read('s', progress(40))]), 'writes-follow-reads')).toMatchObject({
    valid: 'unknown',
    reason: 'the history has no commit events',
  });
});

test('events are listed in the order of the history, also past the tenth', () => {
  const noise = Array.from({ length: 4 }, () => read('n', progress(0)));
  expect(judgeOne(historyOf([...noise, ...swapped]), 'writes-follow-reads').events).toEqual([[9, 10, 11, 12]]);
});

test('shows and completions of writes count neither as reads nor as writes', () => {
  const history = historyOf([
    ok('s', 'show', progress(40)),
    invoke('s', 'write', progress(50)),
    commit(progress(50)),
    commit(progress(40)),
    ok('s', 'write'),
    read('other', progress(40)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').valid).toBe(true);
  const wrote = historyOf([
    read('other', progress(0)),
    write('s', progress(40)),
    invoke('s', 'write', progress(50)),
    commit(progress(50)),
    commit(progress(40)),
  ]);
  expect(judgeOne(wrote, 'writes-follow-reads').valid).toBe(true);
});

test('of two reads of the same committed value the first is the evidence', () => {
  const history = historyOf([
    read('s', progress(40)),
    read('s', progress(40)),
    invoke('s', 'write', progress(50)),
    commit(progress(50)),
    commit(progress(40)),
  ]);
  expect(judgeOne(history, 'writes-follow-reads').events).toEqual([[1, 4, 5, 6]]);
});
