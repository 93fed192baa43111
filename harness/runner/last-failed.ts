/** Which scenarios did not pass when they last ran. */
import { readOwner } from '../lifetime/owner.ts';
import { findReports, savedVerdict, type SavedReport } from './saved-reports.ts';

/**
 * The scenarios of which the last command that ran them with the subject has a run that is violated, inconclusive or
 * without a verdict, in the order of their last runs, the newest first.
 * @param root of the reports
 */
export function lastFailed(root: string, subject: string): string[] {
  const own = findReports(root).filter((report) => report.subject === subject);
  const byScenario = Map.groupBy(own, ({ scenario }) => scenario);
  return [...byScenario].filter(([, reports]) => ofLastCommand(reports).some(hasFailed)).map(([scenario]) => scenario);
}

/** A command that runs several seeds of a scenario saves a report of each. */
function ofLastCommand(reports: readonly SavedReport[]): readonly SavedReport[] {
  const [newest, ...others] = reports;
  if (newest === undefined) return [];
  const command = commandOf(newest);
  const end = others.findIndex((report) => commandOf(report) !== command);
  return [newest, ...others.slice(0, end === -1 ? undefined : end)];
}

function commandOf({ path }: SavedReport): string {
  const owner = readOwner(path);
  return owner === undefined ? path : `${owner.pid} ${owner.started} ${owner.where}`;
}

function hasFailed(report: SavedReport): boolean {
  return savedVerdict(report) !== true;
}
