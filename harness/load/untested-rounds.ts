/** Whether a load has tested what its plan is about: over all rounds, each fault must have applied once. */
import type { HistoryColumns } from '../history/columns.ts';
import { isMark, type MarkName } from '../history/marks.ts';
import { describeFault } from '../plan/fault-words.ts';
import { allows, type Plan } from '../plan/plan.ts';
import type { LoadSummary } from '../port/load.ts';
import { findUntested, type Untested } from '../runner/evidence.ts';

export interface TestedLoad {
  /** The plan of one round, and that of all. */
  base: Plan;
  all: Plan;
  summary: Pick<LoadSummary, 'polls' | 'failed' | 'failures'>;
}

/** @param history of the run, without the tabs of k6 */
export function untestedRounds(history: HistoryColumns, { base, all, summary }: TestedLoad): Untested | undefined {
  const found = findUntested(history, all);
  const ofRounds = shortened(found?.reasons ?? []);
  const reasons = [...silentTabs(summary), ...ofRounds, ...missedFaults(history, { base, all })];
  return reasons.length === 0 ? undefined : { reasons, blind: found?.blind ?? new Set() };
}

/** Each round may have the same reason, under other names. */
function shortened(reasons: readonly string[]): string[] {
  const more = reasons.length - REASONS_MAX;
  const rest = more > 0 ? [`not everything was tested: ${more} more reasons of other rounds`] : [];
  return [...reasons.slice(0, REASONS_MAX), ...rest];
}

const REASONS_MAX = 3;

function silentTabs({ polls, failed, failures }: TestedLoad['summary']): string[] {
  if (polls > failed) return [];
  const why = failures[0] === undefined ? '' : `: ${failures[0].reason}`;
  return [`nothing was tested: none of ${polls} polls of k6 was answered with a progress${why}`];
}

/** The faults of the plan that applied, or had an effect, in none of the rounds. */
function missedFaults(history: HistoryColumns, { base, all }: Pick<TestedLoad, 'base' | 'all'>): string[] {
  const rounds = all.faults.length / base.faults.length;
  const never = roundsMarked(history, 'fault-unused', base);
  const inVain = roundsMarked(history, 'fault-without-effect', base);
  return base.faults.flatMap((fault, at) => {
    const unused = never.get(at) ?? 0;
    if (unused >= rounds) return allows(base, 'fault-unused') ? [] : [describeMissed('applied', fault)];
    const isMissed = unused + (inVain.get(at) ?? 0) >= rounds;
    return isMissed && !allows(base, 'fault-without-effect') ? [describeMissed('had an effect', fault)] : [];
  });
}

/** The position of a fault in a round → in how many rounds it has this mark. */
function roundsMarked(history: HistoryColumns, name: MarkName, { faults }: Plan): Map<number, number> {
  const counts = new Map<number, number>();
  for (let index = 0; index < history.length; index += 1) {
    if (!history.isFault(index)) continue;
    const event = history.eventAt(index);
    if (!isMark(event, name)) continue;
    const at = Number(event['number']) % faults.length;
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  return counts;
}

function describeMissed(what: string, fault: Plan['faults'][number]): string {
  return `not everything was tested: in no round this fault of the plan ${what}: ${describeFault(fault)}`;
}
