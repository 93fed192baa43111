import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../history/event.ts';
import { playFaults, progressesOf } from './fault-play.case.ts';

/** An application with a trigger that answers an update with less progress with 40001, unless its generation is new. */
const subject = fileURLToPath(new URL('../../fixtures/planted/guard-livelock/subject.ts', import.meta.url));

/** The update to 10% is refused as long as the row is at 40%. The second generation starts at 0%, and writes 85% much later. */
function play(
  backend: string,
  { restart_ms, ...fault }: { code?: string; for_ms: number; restart_ms: number },
): Promise<readonly HistoryEvent[]> {
  const steps = [40, 10].map((progress) => ({ progress, after_ms: 20 }));
  return playFaults({
    backend,
    subject,
    faults: [{ kind: 'http-retry', match: { actor: 'worker-1', method: 'PATCH', nth: 2 }, timeout_ms: 100, ...fault }],
    steps,
    more: {
      generations: [
        { worker: 'worker-1', story: 'story-1', steps, outcome: 'abandoned' },
        {
          worker: 'worker-2',
          story: 'story-1',
          start: { after: { f: 'write', type: 'info', process: 'worker-1', progress: 10 }, plus_ms: restart_ms },
          steps: [{ progress: 85, after_ms: 600 }],
          outcome: 'abandoned',
        },
      ],
    },
  });
}

/** The behaviour of `http-retry` on any backend. */
export function describeHttpRetry(backend: string): void {
  describe(`http-retry on ${backend}`, () => {
    it('repeats an update that the database refuses until it is applied, long after the client got 504', async () => {
      const events = await play(backend, { for_ms: 20_000, restart_ms: 300 });
      expect(progressesOf(events, { f: 'commit' })).toEqual([0, 40, 0, 10, 85]);
      expect(progressesOf(events, { f: 'write', type: 'info' })).toEqual([10]);
      expect(events.find(({ f }) => f === 'fault')).toMatchObject({ fault: 'http-retry', code: '40001' });
    });

    it('ends after its time', async () => {
      // The last repetition has been sent by then, and has been refused also by a busy machine.
      const events = await play(backend, { for_ms: 100, restart_ms: 3_000 });
      expect(progressesOf(events, { f: 'commit' })).toEqual([0, 40, 0, 85]);
    });
  });
}
