import { describe, expect, it } from 'vitest';
import { playFaults, progressesOf } from './fault-play.case.ts';

/** The behaviour of `http-late` on any backend. */
export function describeHttpLate(backend: string): void {
  describe(`http-late on ${backend}`, () => {
    it.each(['504', 'none'] as const)('applies a write after the client got %s, over a newer one', async (answer) => {
      const late = { after: [85, 40].map((progress) => ({ f: 'commit' as const, progress })) };
      const events = await playFaults({
        backend,
        subject: 'legacy',
        faults: [
          {
            kind: 'http-late',
            match: { actor: 'worker-1', method: 'PATCH', nth: 2 },
            apply_after_ms: 400,
            answer,
          },
        ],
        steps: [
          ...[10, 40, 85].map((progress) => ({ progress, after_ms: 40 })),
          { progress: 100, after_ms: 0, when: late },
        ],
      });
      expect(progressesOf(events, { f: 'commit' })).toEqual([0, 10, 85, 40, 100]);
      expect(progressesOf(events, { f: 'write', type: 'info' })).toEqual([40]);
      expect(events.find(({ f }) => f === 'fault')).toMatchObject({
        fault: 'http-late',
        apply_after_ms: 400,
        answer,
      });
    });

    it('is over before the final look', async () => {
      const events = await playFaults({
        backend,
        subject: 'legacy',
        faults: [{ kind: 'http-late', match: { actor: 'worker-1', method: 'PATCH', nth: 2 }, apply_after_ms: 300 }],
        steps: [
          { progress: 10, after_ms: 40 },
          { progress: 100, after_ms: 40 },
        ],
      });
      expect(progressesOf(events, { f: 'commit' }).at(-1)).toBe(100);
      expect(progressesOf(events, { f: 'show' }).at(-1)).toBe(100);
    });
  });
}
