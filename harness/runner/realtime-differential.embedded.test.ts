import fc from 'fast-check';
import { expect, it } from 'vitest';
import { embeddedBackend } from '../backend/embedded/embedded.ts';
import { preparedFromMigrations } from '../backend/simulated/from-migrations.test-support.ts';
import { simulatedBackend } from '../backend/simulated/simulated.ts';
import { really, realtimeOptions, virtually } from './realtime-environment.case.ts';
import { play, type Heard } from './realtime-player.case.ts';
import { script, type Round } from './realtime-script.case.ts';

const inVirtualTime = virtually(simulatedBackend);
const fromMigrations = virtually(await preparedFromMigrations(realtimeOptions(0)));
const overSockets = really(embeddedBackend);

it('random transactions reach random subscriptions as on PostgreSQL, also over connections that break', async () => {
  const heardBy = async (run: typeof overSockets, rounds: readonly Round[]): Promise<Heard> => {
    const { promise, resolve } = Promise.withResolvers<Heard>();
    await run(async (environment) => resolve(await play(environment, rounds)));
    return promise;
  };
  await fc.assert(
    fc.asyncProperty(script, async (rounds) => {
      const heard = await heardBy(overSockets, rounds);
      expect(await heardBy(inVirtualTime, rounds)).toEqual(heard);
      expect(await heardBy(fromMigrations, rounds)).toEqual(heard);
    }),
    // A smaller script takes as long: rounds wait for polls.
    { numRuns: 8, endOnFailure: true },
  );
});
