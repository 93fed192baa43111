import fc from 'fast-check';
import { expect, it } from 'vitest';
import { embeddedBackend } from '../backend/embedded/embedded.ts';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { really, virtually } from './realtime-environment.case.ts';
import { play, type Heard } from './realtime-player.case.ts';
import { script, type Round } from './realtime-script.case.ts';

const inVirtualTime = virtually(simulatedBackend);
const overSockets = really(embeddedBackend);

it('random transactions reach random subscriptions as on PostgreSQL, also over connections that break', async () => {
  const heardBy = async (run: typeof overSockets, rounds: readonly Round[]): Promise<Heard> => {
    const { promise, resolve } = Promise.withResolvers<Heard>();
    await run(async (environment) => resolve(await play(environment, rounds)));
    return promise;
  };
  await fc.assert(
    fc.asyncProperty(script, async (rounds) => {
      expect(await heardBy(inVirtualTime, rounds)).toEqual(await heardBy(overSockets, rounds));
    }),
    // A smaller script takes as long: rounds wait for polls.
    { numRuns: 8, endOnFailure: true },
  );
});
