import { describe, expect, it } from 'vitest';
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import { playFaults, progressesOf } from './fault-play.case.ts';

const STEPS = [10, 40, 85, 100].map((progress) => ({ progress, after_ms: 80 }));
const FROM = { after: { f: 'commit', progress: 10 } } as const;

/** The behaviour of `http-window` on any backend. */
export function describeHttpWindow(backend: string): void {
  const play = (fault: object): Promise<readonly HistoryEvent[]> =>
    playFaults({
      backend,
      subject: 'legacy',
      faults: [{ kind: 'http-window', from: FROM, ...fault } as never],
      steps: STEPS,
    });

  describe(`http-window on ${backend}`, () => {
    it.each(['refuse', 'error'] as const)('fails every write to the primary until it ends: %s', async (how) => {
      const until = { after: { f: 'write', type: 'info', progress: 85 } };
      const events = await play({ how, to: 'primary', until });
      expect(progressesOf(events, { f: 'write', type: 'info' })).toEqual([40, 85]);
      expect(progressesOf(events, { f: 'commit' })).toEqual([0, 10, 100]);
      expect(
        events
          .filter(({ fault }) => fault === 'http-window')
          .map((event) => [event['fault'], event['phase'], event['how']]),
      ).toEqual(['begin', 'end'].map((phase) => ['http-window', phase, how]));
    });

    it('applies only to the named actor', async () => {
      const until = { after: { f: 'commit', progress: 85 } };
      const events = await play({ how: 'error', status: 500, actor: 'tab-1', until });
      expect(progressesOf(events, { f: 'commit' })).toEqual([0, 10, 40, 85, 100]);
      const [begin, end] = events.filter(({ f }) => f === 'fault').map(({ index }) => index);
      const asked = events.filter(({ f, index }) => f === 'read' && index > begin! && index < end!);
      expect(asked.some(({ type }) => type === 'fail')).toBe(true);
      expect(progressesOf(events, { f: 'show' }).at(-1)).toBe(100);
    });

    it('makes a client wait until it ends', async () => {
      const events = await play({ how: 'hang', actor: 'worker-1', until: { at_ms: 700 } });
      const end = events.find((event) => event['phase'] === 'end')!;
      const lost = events.filter(({ f, type }) => f === 'write' && type === 'info');
      expect(lost.length).toBe(1);
      expect(lost[0]!.index).toBeGreaterThan(end.index - 2);
      expect(lost[0]!.time).toBeGreaterThanOrEqual(690e6);
      expect(progressesOf(events, { f: 'commit' })).toEqual([0, 10, 85, 100]);
    });

    it.each([
      { how: 'hold-requests', applied: 'after' },
      { how: 'hold-responses', applied: 'before' },
    ] as const)(
      'answers a client when it ends, and applies its write $applied that: $how',
      async ({ how, applied }) => {
        const events = await play({ how, actor: 'worker-1', until: { at_ms: 700 } });
        const of40 = events.filter(({ value }) => (value as ProgressValue | undefined)?.progress === 40);
        const commit = of40.find(({ f }) => f === 'commit');
        const written = of40.find(({ f, type }) => f === 'write' && type === 'ok');
        expect(commit!.time >= 690e6).toBe(applied === 'after');
        expect(written!.time).toBeGreaterThanOrEqual(690e6);
        expect(progressesOf(events, { f: 'commit' })).toEqual([0, 10, 40, 85, 100]);
      },
    );
  });
}
