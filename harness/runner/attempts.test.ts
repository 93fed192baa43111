import { describe, expect, it } from 'vitest';
import { historyOf, read, show } from '../history/history.test-support.ts';
import type { History } from '../history/event.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { caught, judgedRun, title } from '../report/judged-run.test-support.ts';
import { createTextReporter } from '../report/text.ts';
import { AttemptTally } from './attempts.ts';

/** Two polls that are shown; the second from the given database, with the given progress. */
function polls(second: number, from: string): History {
  return historyOf([
    { process: 'nemesis', type: 'info', f: 'fault', fault: second < 85 ? 'lag' : 'stall' },
    ...read('tab-1/poll', { progress: 85 }, { served_by: 'primary' }),
    show('tab-1', { progress: 85 }),
    ...read('tab-1/poll', { progress: second }, { served_by: from }),
    show('tab-1', { progress: second }),
  ]);
}

const violated = judgedRun(polls(10, 'replica-1'), ['monotonic-view'], title('lagging'));
const held = judgedRun(polls(100, 'primary'), ['monotonic-view'], title('lagging'));
const unknown = judgedRun(polls(100, 'primary'), ['monotonic-commits'], title('lagging'));

function attempts(...runs: JudgedRun[]): JudgedRun {
  const tally = new AttemptTally();
  for (const run of runs) tally.add(run);
  return tally.result();
}

describe('the attempts of a run', () => {
  it.each([
    ['held if all hold', [held, held], true, 'held in 2 of 2 attempts', false],
    [
      'violated, and reproduced as often as it was',
      [violated, unknown, violated],
      false,
      'reproduced 2 of 3, 1 inconclusive',
      false,
    ],
    [
      'violated and unsteady if others hold',
      [held, violated, held],
      false,
      'unsteady: violated in 1 of 3 attempts, held in 2',
      true,
    ],
    ['unknown if one is, and none is violated', [held, unknown], 'unknown', undefined, false],
  ] as const)('are %s', async (_, runs, valid, words, isUnsteady) => {
    const run = attempts(...runs);
    expect([run.valid, run.attempts?.isUnsteady]).toEqual([valid, isUnsteady]);
    expect(run.record['attempts']).toEqual(run.attempts);
    expect(run.durationMs).toBe(runs.length * 1_234);
    const { reporter, text } = await caught(createTextReporter, true);
    await reporter.ran(run);
    if (words !== undefined) expect(text()).toContain(words);
  });

  it('that are unsteady tell in what they differ', () => {
    expect(attempts(held, violated).attempts!.differences).toEqual([
      'attempt 2: tab-1 saw story-1 go from 85% back to 10%; attempt 1 held',
      'the fault lag applied in attempt 2, and not in attempt 1',
      'the fault stall applied in attempt 1, and not in attempt 2',
      'primary answered 1 reads in attempt 2, 2 in attempt 1',
      'replica-1 answered 1 reads in attempt 2, 0 in attempt 1',
    ]);
  });
});
