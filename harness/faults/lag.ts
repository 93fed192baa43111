import fc from 'fast-check';
import { z } from 'zod';
import type { Commit } from '../port/backend.ts';
import type { AppliedFault, FaultTargets } from '../port/fault-targets.ts';
import { DELAYS_MS, shorter, START } from './drawing.ts';
import { defineFault, type Version } from './fault.ts';
import { lasting, milliseconds, replica } from './fields.ts';

const paused = lasting('lag', { mode: z.literal('paused'), replica });
const timed = lasting('lag', {
  mode: z.literal('timed'),
  replica,
  /** How long after its commit a version becomes visible. */
  delay_ms: milliseconds,
});
const exact = lasting('lag', {
  mode: z.literal('exact'),
  replica,
  /** The last commit that the replica shows: replay stops at exactly its LSN. */
  hold_at: z.strictObject({ key: z.string(), generation: z.int().min(1).default(1), progress: z.number() }),
});

/** A replica does not show recent commits: it pauses, holds at a commit, or is late. */
export const lag = defineFault({
  kind: 'lag',
  summary: 'a replica does not show recent commits',
  fields: z.discriminatedUnion('mode', [paused, exact, timed]),
  needs: ({ mode }) => `lag-${mode}`,
  async inflict(fault, targets) {
    const target = targets.replica(fault.replica);
    if (fault.mode === 'exact') return holdAtCommit(fault, targets);
    if (fault.mode === 'paused') await target.pause();
    else await target.delay(fault.delay_ms);
    return { end: () => target.resume() };
  },
  describe(fault) {
    if (fault.mode === 'paused') return `${fault.replica} pauses`;
    if (fault.mode === 'timed') return `${fault.replica} is late by ${fault.delay_ms} ms`;
    return `${fault.replica} holds at ${fault.hold_at.progress}% of ${fault.hold_at.key}`;
  },
  // Without a delay it is a lag in name only.
  isMetBy: (fault, { node, isBehind }) =>
    (fault.mode === 'timed' && fault.delay_ms === 0) || (node === fault.replica && isBehind),
  // A generation may end without more progress: then the version of the same progress is a later one.
  holdsBack: (fault, version) =>
    fault.mode !== 'exact' || isBeyond({ ...version, progress: version.progress + 0.001 }, fault.hold_at),
  renameVersions: (fault, rename) => (fault.mode === 'exact' ? { ...fault, hold_at: rename(fault.hold_at) } : fault),
  deviationOf: ({ mode }) => (mode === 'exact' ? 'lag-exact' : 'lag-timed'),
  draw: {
    'lag-exact': {
      on: 'replica',
      at: 'commit',
      weight: 3,
      draw: () =>
        fc.constant((site) => ({
          kind: 'lag' as const,
          mode: 'exact' as const,
          replica: site.replica,
          hold_at: site.before,
          from: START,
        })),
    },
    'lag-timed': {
      on: 'replica',
      at: 'start',
      weight: 2,
      draw: ({ lags }) =>
        fc.constantFrom(...lags).map((delay) => (site) => ({
          kind: 'lag' as const,
          mode: 'timed' as const,
          replica: site.replica,
          delay_ms: delay,
          from: START,
        })),
    },
  },
  *shrink(fault) {
    if (fault.mode === 'timed') yield* shorter(fault, 'delay_ms', DELAYS_MS);
  },
  byHand: {
    verb: 'lag',
    isForEveryReplica: true,
    isReplaceable: ({ mode }) => mode !== 'exact',
    followsCommits: ({ mode }) => mode === 'exact',
  },
});

/**
 * Stops replay first and then advances it commit by commit, so that no commit after `hold_at` becomes visible. Where the
 * application decides on its steps, the last commit up to that progress is held.
 */
async function holdAtCommit(fault: z.output<typeof exact>, targets: FaultTargets): Promise<AppliedFault> {
  const target = targets.replica(fault.replica);
  const { key, generation, progress } = fault.hold_at;
  const isLast = (commit: Commit): boolean =>
    commit.key === key && commit.generation === generation && commit.progress === progress;
  const isTooLate = (commit: Commit): boolean => targets.haveOwnSteps && isBeyond(commit, fault.hold_at);

  let steps: Promise<void> = Promise.resolve();
  let failure: unknown;
  const stop = targets.onCommit((commit) => {
    if (isLast(commit) || isTooLate(commit)) stop();
    if (isTooLate(commit)) return;
    steps = steps
      .then(() => target.holdAt(commit.lsn))
      .catch((error: unknown) => {
        failure ??= error;
      });
  });
  await target.holdAt(await targets.primaryLsn());
  return {
    async end() {
      stop();
      await steps;
      await target.resume();
      if (failure !== undefined) throw failure;
    },
  };
}

function isBeyond({ key, generation, progress }: Version, held: Version): boolean {
  if (key !== held.key) return false;
  return generation > held.generation || (generation === held.generation && progress > held.progress);
}
