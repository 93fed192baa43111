import { expect, test } from 'vitest';
import {
  endedMark,
  faultWithoutEffectMark,
  gaveUpMark,
  incompleteMark,
  isMark,
  killedMark,
  noRequestsMark,
  unusedFaultMark,
} from './marks.ts';

test('a mark is an event of the process ratchet that no property judges', () => {
  const mark = { process: 'ratchet', type: 'info', f: 'fault' };
  expect(endedMark()).toEqual({ ...mark, fault: 'run-ended' });
  expect(killedMark()).toEqual({
    ...mark,
    fault: 'run-incomplete',
    error: 'it was killed: its history has no end',
    code: 'run-killed',
  });
  expect(incompleteMark(new Error('why'))).toEqual({ ...mark, fault: 'run-incomplete', error: 'why' });
  expect(incompleteMark(Object.assign(new Error('why'), { code: 7 }))).not.toHaveProperty('code');
  expect(gaveUpMark('worker-1', 'story-1', new Error('why'))).toEqual({
    ...mark,
    fault: 'worker-gave-up',
    worker: 'worker-1',
    story: 'story-1',
    error: 'why',
  });
  expect(unusedFaultMark(2, undefined)).toEqual({ ...mark, fault: 'fault-unused', number: 2 });
  expect(unusedFaultMark(2, { story: 3 })).toEqual({ ...mark, fault: 'fault-unused', number: 2, sent: { story: 3 } });
  const missed = { polls: 4, reads: 1 };
  expect(faultWithoutEffectMark(2, missed)).toEqual({ ...mark, fault: 'fault-without-effect', number: 2, ...missed });
  expect(noRequestsMark('http://127.0.0.1:1')).toEqual({ ...mark, fault: 'no-requests', url: 'http://127.0.0.1:1' });
});

test('a mark is recognised by its name, and a fault of the nemesis is none', () => {
  expect(isMark(endedMark())).toBe(true);
  expect(isMark(endedMark(), 'run-ended')).toBe(true);
  expect(isMark(endedMark(), 'run-incomplete')).toBe(false);
  expect(isMark({ ...endedMark(), process: 'nemesis' })).toBe(false);
  expect(isMark({ process: 'ratchet', type: 'ok', f: 'show', value: 1 })).toBe(false);
});
