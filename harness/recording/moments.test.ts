import { describe, expect, it } from 'vitest';
import type { Moment } from '../plan/moment.ts';
import { PlanSchema } from '../plan/plan.ts';
import { createMoments } from './moments.ts';
import { manualClock, quietRecorder, settle } from './virtual.test-support.ts';

const tab = PlanSchema.shape.observers.element.parse({ session: 'tab-1', story: 's', every_ms: 50 });

function setUp() {
  const clock = manualClock();
  const recorder = quietRecorder(clock);
  const stop = new AbortController();
  const moments = createMoments(clock, recorder);
  const show = (progress: number) =>
    recorder.record({ process: 'tab-1', type: 'ok', f: 'show', key: 's', value: { progress } });
  const wait = (moment: Moment) => {
    const state = { isReached: false };
    void moments.until(moment, stop.signal, tab).then(() => (state.isReached = true));
    return state;
  };
  return { clock, stop, show, wait };
}

describe('a moment', () => {
  it('is reached at its time since the start of the run', async () => {
    const { clock, wait } = setUp();
    await clock.advance(30);
    const state = wait({ at_ms: 50 });
    await clock.advance(19);
    expect(state.isReached).toBe(false);
    await clock.advance(2);
    await settle();
    expect(state.isReached).toBe(true);
  });

  it('is reached after its event and its delay', async () => {
    const { clock, show, wait } = setUp();
    const state = wait({ after: { f: 'show', progress: 85 }, plus_ms: 10 });
    show(40);
    await clock.advance(100);
    expect(state.isReached).toBe(false);
    show(85);
    await clock.advance(9);
    expect(state.isReached).toBe(false);
    await clock.advance(2);
    await settle();
    expect(state.isReached).toBe(true);
  });

  it('includes events before the start of the wait', async () => {
    const { show, wait } = setUp();
    show(85);
    const state = wait({ after: { f: 'show', progress: 85 }, plus_ms: 0 });
    await settle();
    expect(state.isReached).toBe(true);
  });

  it('is reached without its event after the limit, and at once if the run stops', async () => {
    const { clock, stop, wait } = setUp();
    const limited = wait({ after: { f: 'show' }, plus_ms: 0, within_ms: 20 });
    const unlimited = wait({ after: { f: 'show' }, plus_ms: 1_000 });
    await clock.advance(21);
    await settle();
    expect([limited.isReached, unlimited.isReached]).toEqual([true, false]);
    stop.abort();
    await settle();
    expect(unlimited.isReached).toBe(true);
  });
});
