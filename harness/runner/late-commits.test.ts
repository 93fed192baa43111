import { describe, expect, it } from 'vitest';
import { realClock } from '../clock.ts';
import type { Moment } from '../plan/moment.ts';
import { createMoments, type Waiter } from '../recording/moments.ts';
import { Recorder } from '../recording/recorder.ts';
import { lateCommits } from './late-commits.ts';

const HEADER = { history: 1, subject: 'app', backend: 'embedded', seed: 1 } as const;
const LAST = { after: { f: 'commit', progress: 100 }, plus_ms: 0 } as const;

function setUp(moment: Moment) {
  const clock = realClock();
  const recorder = new Recorder(clock, HEADER, undefined, () => undefined);
  const moments = createMoments(clock, recorder);
  const over = new AbortController();
  const began: boolean[] = [];
  void moments.until(moment, over.signal, {} as Waiter).then(() => began.push(!over.signal.aborted));
  return {
    began,
    over,
    parts: {
      clock,
      moments,
      commitsDelivered: async (): Promise<void> => {
        await clock.sleep(5);
        recorder.record({ process: 'db', type: 'ok', f: 'commit', key: 's', value: { generation: 1, progress: 100 } });
      },
    },
    signal: new AbortController().signal,
  };
}

describe('commits that are reported after the answer to their write', () => {
  it('begin what waits for them before the faults end', async () => {
    const { parts, began, over, signal } = setUp(LAST);
    await lateCommits(parts, signal);
    over.abort();
    expect(began).toEqual([true]);
  });

  it('are not waited for if nothing waits for a commit', async () => {
    const { parts, signal } = setUp({ after: { f: 'show' }, plus_ms: 0 });
    let asked = 0;
    await lateCommits({ ...parts, commitsDelivered: async () => void (asked += 1) }, signal);
    expect(asked).toBe(0);
  });

  it('are not waited for after the run was stopped, or if they cannot be reported', async () => {
    const { parts, began } = setUp(LAST);
    await lateCommits({ ...parts, commitsDelivered: () => new Promise(() => undefined) }, AbortSignal.timeout(20));
    await lateCommits({ ...parts, commitsDelivered: () => Promise.reject(new Error('lost')) }, AbortSignal.timeout(20));
    expect(began).toEqual([]);
  });
});
