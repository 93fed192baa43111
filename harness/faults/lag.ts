import type { Commit } from '../port/backend.ts';
import type { FaultOf } from '../plan/faults.ts';
import type { FaultTargets, Hold, TimedFaultKind } from './fault.ts';

/** A replica does not show what has been committed: paused, held exactly at a commit, or late by a delay. */
export const lag: TimedFaultKind<'lag'> = {
  kind: 'lag',
  requires: (fault) => (fault.mode === 'paused' ? 'lag-paused' : fault.mode === 'exact' ? 'lag-exact' : 'lag-timed'),
  async begin(fault, targets) {
    const replica = targets.replica(fault.replica);
    if (fault.mode === 'exact') return holdAtCommit(fault, targets);
    if (fault.mode === 'paused') await replica.pause();
    else await replica.delay(fault.delay_ms);
    return { end: () => replica.resume() };
  },
};

/** Closes the gate first and opens it commit by commit, so that nothing beyond `hold_at` can slip through. */
async function holdAtCommit(fault: Extract<FaultOf<'lag'>, { mode: 'exact' }>, targets: FaultTargets): Promise<Hold> {
  const replica = targets.replica(fault.replica);
  const isLast = (commit: Commit): boolean =>
    commit.key === fault.hold_at.key &&
    commit.generation === fault.hold_at.generation &&
    commit.progress === fault.hold_at.progress;

  let steps: Promise<void> = Promise.resolve();
  let failure: unknown;
  const stop = targets.onCommit((commit) => {
    if (isLast(commit)) stop();
    steps = steps
      .then(() => replica.holdAt(commit.lsn))
      .catch((error: unknown) => {
        failure ??= error;
      });
  });
  await replica.holdAt(await targets.primaryLsn());
  return {
    async end() {
      stop();
      await steps;
      await replica.resume();
      if (failure !== undefined) throw failure;
    },
  };
}
