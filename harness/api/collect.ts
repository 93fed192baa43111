import type { Validity } from '../checker/verdict.ts';
import type { JudgedExploration, JudgedRun, Reporter, RunTitle } from '../port/reporter.ts';

/** Everything that was reported, for the result of a call. */
export interface Collected {
  /** The combined verdict. */
  valid: Validity;
  runs: JudgedRun[];
  explorations: JudgedExploration[];
  leftOut: { title: RunTitle; reason: string }[];
  durationMs: number;
}

/**
 * @param reporter also receives every report, before it is collected
 * @param work reports to the reporter that it is given
 */
export async function collect(
  reporter: Reporter | undefined,
  work: (reporter: Reporter) => Promise<Validity>,
): Promise<Collected> {
  const collected: Omit<Collected, 'valid'> = { runs: [], explorations: [], leftOut: [], durationMs: 0 };
  const valid = await work({
    async begin(start) {
      await reporter?.begin?.(start);
      collected.leftOut.push(...start.leftOut);
    },
    starting: (title) => reporter?.starting?.(title),
    async ran(run) {
      await reporter?.ran?.(run);
      collected.runs.push(run);
    },
    async explored(exploration) {
      await reporter?.explored?.(exploration);
      collected.explorations.push(exploration);
    },
    async end(end) {
      await reporter?.end?.(end);
      collected.durationMs = end.durationMs;
    },
  });
  return { valid, ...collected };
}
