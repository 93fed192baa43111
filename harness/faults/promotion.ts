import fc from 'fast-check';
import { afterCommit, shorter } from './drawing.ts';
import { defineFault } from './fault.ts';
import { lasting, milliseconds, replica } from './fields.ts';

/**
 * The primary dies and a replica takes its place, with what it has: commits that it had not received are lost, though
 * they were acknowledged. There is no primary for `down_ms`. When the fault ends, the replica's own place is filled
 * again.
 */
export const promotion = defineFault({
  kind: 'promotion',
  summary: 'the primary dies, and a replica takes its place with the commits that it has',
  fields: lasting('promotion', { replica, down_ms: milliseconds.default(1_000) }),
  needs: () => 'promotion',
  // The primary can be lost once, and to a replica that is there.
  claims: (fault) => ['primary', `outage of ${fault.replica}`],
  async inflict({ replica: name, down_ms: downMs }, { router, promote }) {
    if (promote === undefined) throw new Error(`${name} cannot be promoted, though its backend declares promotions`);
    // Its own place is empty from now on.
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
  describe: (fault) => `the primary dies, and ${fault.replica} takes its place after ${fault.down_ms} ms`,
  draw: {
    promotion: {
      on: 'replica',
      at: 'commit',
      // A database that loses what it has acknowledged is asked for by name.
      onRequestOnly: true,
      draw: ({ lags }) =>
        fc.constantFrom(...lags).map((down) => (site) => ({
          kind: 'promotion' as const,
          replica: site.replica,
          down_ms: down,
          from: afterCommit(site.version),
        })),
    },
  },
  shrink: (fault) => shorter(fault, 'down_ms', [0]),
});
