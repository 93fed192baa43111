import { describe, expect, it } from 'vitest';
import { playFaults } from '../faults/fault-play.case.ts';
import { describeFinalLook } from './final-look.case.ts';
import { judgeRun } from './judgement.ts';

describeFinalLook('simulated');

describe('the final look', () => {
  it('comes after a write that an instance had sent before it was killed', async () => {
    const shown = { f: 'show', session: 'tab-1', key: 'story-1', generation: 1, progress: 99 } as const;
    let late = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const steps = [301, 1, 1, 1, 2_001, 995 + (seed % 12)].map((after_ms, at) => ({
        progress: [5, 10, 25, 55, 99, 99][at]!,
        after_ms,
      }));
      const events = await playFaults({
        backend: 'simulated',
        subject: 'guarded',
        // While the write of the end is on its way to the database.
        faults: [{ kind: 'instance-restart', instance: 1, down_ms: 0, from: { after: shown, plus_ms: 1_000 } }],
        steps,
        more: {
          seed,
          generations: [{ worker: 'worker-1', story: 'story-1', steps, outcome: 'failed' }],
          observers: [
            {
              session: 'tab-1',
              story: 'story-1',
              every_ms: 100,
              start: { after: { f: 'commit', key: 'story-1', generation: 1, progress: 99 } },
            },
          ],
          allows: ['workers-gave-up', 'fault-unused'],
        },
      });
      const { verdicts } = judgeRun({ header: undefined, events }, ['convergence'], {});
      expect(verdicts.map(({ valid }) => valid)).not.toContain(false);
      const killed = events.findIndex(({ fault, phase }) => fault === 'instance-restart' && phase === 'begin');
      late += Number(events.slice(killed).some(({ f }) => f === 'commit'));
    }
    expect(late).toBeGreaterThan(0);
  });
});
