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

    // The windows last from one event to another: on a slow machine all of them come later.
    const whileWriting40 = { after: { f: 'write', type: 'invoke', progress: 40 }, plus_ms: 500 };
    const after40 = { after: { f: 'commit', progress: 40 }, plus_ms: 200 };
    /** What the end of the window lets happen may be recorded just before it. */
    const isHeld = (event: HistoryEvent, events: readonly HistoryEvent[]): boolean =>
      event.time > events.find(({ phase }) => phase === 'end')!.time - 100e6;

    it('makes a client wait until it ends', async () => {
      const events = await play({ how: 'hang', actor: 'worker-1', until: whileWriting40 });
      const lost = events.filter(({ f, type }) => f === 'write' && type === 'info');
      expect(lost.length).toBe(1);
      expect(isHeld(lost[0]!, events)).toBe(true);
      expect(progressesOf(events, { f: 'commit' })).toEqual([0, 10, 85, 100]);
    });

    it.each([
      { how: 'hold-requests', applied: 'after', until: whileWriting40 },
      { how: 'hold-responses', applied: 'before', until: after40 },
    ] as const)(
      'answers a client when it ends, and applies its write $applied that: $how',
      async ({ how, applied, until }) => {
        const events = await play({ how, actor: 'worker-1', until });
        const of40 = events.filter(({ value }) => (value as ProgressValue | undefined)?.progress === 40);
        const commit = of40.find(({ f }) => f === 'commit')!;
        const written = of40.find(({ f, type }) => f === 'write' && type === 'ok')!;
        expect(isHeld(commit, events)).toBe(applied === 'after');
        expect(isHeld(written, events)).toBe(true);
        expect(progressesOf(events, { f: 'commit' })).toEqual([0, 10, 40, 85, 100]);
      },
    );
  });
}
