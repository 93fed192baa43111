import type { TimedFaultKind } from './fault.ts';

/** The primary is lost and a replica takes its place, without the commits that it had not received. */
export const promotion: TimedFaultKind<'promotion'> = {
  kind: 'promotion',
  requires: () => 'promotion',
  async begin({ replica, down_ms: downMs }, targets) {
    if (targets.promote === undefined) throw new Error(`${replica} cannot be promoted, though its backend can do that`);
    // As in its own place there is nobody from now on.
    targets.router.setInRotation(replica, false);
    const { lsn, commitsLost, replace } = await targets.promote(replica, downMs);
    return {
      details: { lsn, commits_lost: commitsLost },
      async end() {
        await replace();
        targets.router.setInRotation(replica, true);
      },
    };
  },
};
