/** The border of the reporters for people: what they lay out is printable, so that each line is a line of theirs. */
import type { Verdict } from '../checker/verdict.ts';
import { asColumns } from '../history/columns-builder.ts';
import { HistoryColumns } from '../history/columns.ts';
import type { History } from '../history/event.ts';
import type { ConfirmingRun, JudgedExploration, JudgedRun, Reporter } from '../port/reporter.ts';
import { printableData, printableLines } from './printable.ts';

/** Makes everything printable that the reporter receives, except the records, which are for programs. */
export function withPrintable(reporter: Reporter): Reporter {
  return {
    begin: (start) => reporter.begin?.(printableData(start)),
    starting: (title) => reporter.starting?.(printableData(title)),
    ran: (run) => reporter.ran?.(printableRun(run)),
    explored: (exploration) => reporter.explored?.(printableExploration(exploration)),
    end: (end) => reporter.end?.(printableData(end)),
  };
}

/** The history is converted event by event, when they are described. The reasons of verdicts keep their line breaks. */
export function printableRun<R extends JudgedRun>({ history, record, verdicts, ...rest }: R): R {
  const run = { ...printableData(rest), verdicts: verdicts.map(printableVerdict), history, record };
  let converted: History | undefined;
  return Object.defineProperty(run, 'history', {
    get: () => (converted ??= printableHistory(history)),
    enumerable: true,
  }) as unknown as R;
}

function printableVerdict(verdict: Verdict): Verdict {
  const { reason } = verdict;
  return { ...printableData(verdict), ...(reason === undefined ? {} : { reason: printableLines(reason) }) };
}

function printableExploration({ found, record, ...rest }: JudgedExploration): JudgedExploration {
  if (found === undefined) return { ...printableData(rest), found, record };
  const { runs, ...others } = found;
  const converted = { ...printableData(others), runs: runs.map((run) => printableRun<ConfirmingRun>(run)) };
  return { ...printableData(rest), found: converted, record };
}

/** Names stay as they are in the columns, where different names must not become equal. */
function printableHistory(history: History): HistoryColumns {
  const columns = asColumns(history);
  const eventAt: HistoryColumns['eventAt'] = (index) => printableData(columns.eventAt(index));
  const { length, names, views, swapFrom, recordsShows, recordsWatches } = columns;
  const header = printableData(columns.header);
  return new HistoryColumns({ header, length, columns, names, views, swapFrom, eventAt, recordsShows, recordsWatches });
}
