import { describe, expect, it } from 'vitest';
import { playFaults, progressesOf } from './fault-play.case.ts';

const STEPS = [10, 100].map((progress) => ({ progress, after_ms: 80 }));

/** The behaviour of `late-row` on any backend. */
export function describeLateRow(backend: string): void {
  describe(`late-row on ${backend}`, () => {
    it('creates the row during the run: earlier polls find none, and a generation can start after it', async () => {
      const created = { after: { f: 'commit', key: 'story-1', progress: 0 } } as const;
      const events = await playFaults({
        backend,
        subject: 'legacy',
        steps: STEPS,
        faults: [{ kind: 'late-row', story: 'story-1', from: { after: { f: 'read', type: 'fail' } } }],
        more: { generations: [{ worker: 'worker-1', story: 'story-1', steps: STEPS, start: created }] },
      });
      const before = events.slice(
        0,
        events.findIndex(({ fault }) => fault === 'late-row'),
      );
      const early = before.filter(({ f, type }) => f === 'read' && type !== 'invoke');
      expect(early.length).toBeGreaterThan(0);
      expect(early.every(({ type, error }) => type === 'fail' && String(error).includes('404'))).toBe(true);
      expect(progressesOf(events, { f: 'commit' })).toEqual([0, 0, 10, 100]);
      expect(progressesOf(events, { f: 'show' }).at(-1)).toBe(100);
    });
  });
}
