import { expect, it } from 'vitest';
import { inMacrotask, simulate } from './simulate.ts';
import type { World } from './world.ts';

/** Takes real time in each of its events. */
async function slow(world: World, events: number): Promise<string> {
  const clock = world.clock();
  for (let event = 0; event < events; event += 1) {
    await clock.sleep(10);
    // Real time: clocks are virtual here.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
  }
  return `over at ${clock.now() / 1e6} ms`;
}

const options = { random: () => 0.5, epochMs: 0, virtualMsMax: 10_000, blockedMsMax: 1_000 };

it('a task that proceeds may take longer than the limit for one that blocks the process', async () => {
  const whole = inMacrotask(() => simulate((world) => slow(world, 25), { ...options, eventsAtOnce: 1 }));
  expect(await whole).toBe('over at 250 ms');
  const atOnce = inMacrotask(() => simulate((world) => slow(world, 25), { ...options, eventsAtOnce: 100 }));
  await expect(atOnce).rejects.toMatchObject({ code: 'simulation-blocked' });
});
