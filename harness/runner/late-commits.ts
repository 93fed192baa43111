/** Commits that a database reports after it has answered the write. */
import type { Wait } from '../recording/moments.ts';
import { atMost } from './at-most.ts';
import type { Stage } from './stage.ts';

type Reported = Pick<Stage, 'clock' | 'moments'> & { commitsDelivered(): Promise<void> };

/** A database that does not answer, such as one that a fault has stopped, reports nothing. */
const REPORTED_MS_MAX = 5_000;

/**
 * Lets everything begin that waits for a commit which has been made and was not reported yet: the answer to the last write
 * may come before its commit, and a fault that this commit starts must not depend on which of them comes first.
 */
export async function lateCommits({ clock, moments, commitsDelivered }: Reported, signal: AbortSignal): Promise<void> {
  if (![...moments.waits].some(isForCommit)) return;
  // A feed of commits that breaks ends the run by itself.
  const reported = commitsDelivered().catch(() => undefined);
  await atMost(REPORTED_MS_MAX, reported, clock, signal);
  // What waited begins in a task of its own, which is due before this one.
  await clock.sleep(0, signal);
}

function isForCommit({ moment }: Wait): boolean {
  return 'after' in moment && [moment.after].flat().some(({ f }) => f === 'commit');
}
