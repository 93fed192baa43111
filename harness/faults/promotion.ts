import fc from 'fast-check';
import { shorter } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting, milliseconds, replica } from './fields.ts';

/**
 * The primary fails and a replica is promoted. Acknowledged commits that the replica had not received are lost. There is
 * no primary for `down_ms`. When the fault ends, a new replica replaces the promoted one.
 */
export const promotion = defineFault({
  kind: 'promotion',
  summary: 'the primary fails, and a replica is promoted without the commits that it lacks',
  fields: lasting('promotion', { replica, down_ms: milliseconds.default(1_000) }),
  needs: () => 'promotion',
  // The primary can fail only once, and the promoted replica must not have an outage.
  revealsLag: true,
  claims: (fault) => ['primary', `outage of ${fault.replica}`],
  async inflict({ replica: name, down_ms: downMs }, { router, promote }) {
    if (promote === undefined) throw new Error(`${name} cannot be promoted, although its backend declares promotions`);
    // No replica has this name until the fault ends.
    router.setInRotation(name, false);
    const { lsn, commitsLost, replace } = await promote(name, downMs);
    return {
      details: { lsn, commits_lost: commitsLost },
      async end() {
        await replace();
        router.setInRotation(name, true);
      },
    };
  },
  describe: (fault) => `the primary fails, and ${fault.replica} is promoted after ${fault.down_ms} ms`,
  draw: {
    promotion: {
      on: 'replica',
      at: 'commit',
      // Losing acknowledged commits changes what a scenario is about.
      notInScenarios: true,
      draw: ({ lags }) =>
        fc.constantFrom(...lags).map((down) => (site) => ({
          kind: 'promotion' as const,
          replica: site.replica,
          down_ms: down,
          from: site.moment,
        })),
    },
  },
  shrink: (fault) => shorter(fault, 'down_ms', [0]),
});
