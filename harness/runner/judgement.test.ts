import { describe, expect, it } from 'vitest';
import { parseHistory } from '../history/codec.ts';
import { endedMark, incompleteMark, MARKS_ITS_END } from '../history/marks.ts';
import { judgeRun, requireProperties } from './judgement.ts';

const shown = (progress: number, time: number) => ({
  time,
  process: 'tab-1',
  type: 'ok',
  f: 'show',
  key: 's',
  value: { progress },
});
const commit = { time: 0, process: 'db', type: 'ok', f: 'commit', key: 's', value: { progress: 100 } };

function history(...events: object[]) {
  return parseHistory(events.map((event, index) => JSON.stringify({ index, ...event })).join('\n'), 'memory');
}

describe('the verdict of an incomplete run', () => {
  const mark = { time: 9, ...incompleteMark(new Error('the primary died')) };

  it('is never true', () => {
    expect(judgeRun(history(shown(10, 0), shown(85, 1)), ['monotonic-view'], {}).valid).toBe(true);
    const cut = judgeRun(history(shown(10, 0), shown(85, 1), mark), ['monotonic-view'], {});
    expect(cut).toMatchObject({ valid: 'unknown', verdicts: [{ reason: 'the run is incomplete: the primary died' }] });
  });

  it('is not true if no property is judged', () => {
    expect(judgeRun(history(shown(10, 0), mark), [], {}).valid).toBe('unknown');
  });

  it('is false if it contains a violation', () => {
    const cut = judgeRun(history(shown(85, 0), shown(10, 1), mark), ['monotonic-view', 'integrity'], {});
    expect(cut.valid).toBe(false);
    expect(cut.verdicts[0]!.violations).toHaveLength(1);
  });

  it('does not count missing later events as a violation', () => {
    const read = { process: 'tab-1', f: 'read', key: 's' };
    const late = [commit, { time: 1, ...read, type: 'invoke' }];
    expect(judgeRun(history(...late), ['convergence'], {}).valid).toBe(false);
    expect(judgeRun(history(...late, mark), ['convergence'], {}).valid).toBe('unknown');
  });
});

describe('the verdict of a run that was killed', () => {
  const header = JSON.stringify({ history: 1, [MARKS_ITS_END]: true });
  const judged = (events: readonly object[], first = header) => {
    const lines = events.map((event, index) => JSON.stringify({ index, ...event }));
    return judgeRun(parseHistory([first, ...lines].join('\n'), 'memory'), ['monotonic-view'], {});
  };
  const ended = { time: 9, ...endedMark() };

  it('is never true: its history lacks the end that its header promises', () => {
    const whole = [shown(10, 0), shown(85, 1), ended];
    expect(judged(whole).valid).toBe(true);
    for (let length = 0; length < whole.length; length += 1) {
      expect(judged(whole.slice(0, length))).toMatchObject({
        valid: 'unknown',
        verdicts: [{ reason: 'the run is incomplete: it was killed: its history has no end' }],
      });
    }
  });

  it('is false if it contains a violation', () => {
    expect(judged([shown(85, 0), shown(10, 1)]).valid).toBe(false);
  });

  it('does not concern histories of others, which promise no end', () => {
    expect(judged([shown(10, 0)], JSON.stringify({ history: 1 })).valid).toBe(true);
  });
});

describe('property names', () => {
  it('must be known', () => {
    expect(requireProperties(['monotonic-view'])).toEqual(['monotonic-view']);
    expect(() => requireProperties(['monotonic-view', 'monotone'])).toThrow('no property is called "monotone"');
  });
});
