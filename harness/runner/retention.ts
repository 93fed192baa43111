/** Removes old reports, and nothing else. */
import { readdirSync, realpathSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findReports, isInUse, REPORT_FILES, type SavedReport } from './saved-reports.ts';

export interface Pruned {
  removed: readonly SavedReport[];
  /** Old reports that remain, and why. */
  kept: readonly { report: SavedReport; reason: string }[];
}

/**
 * Removes all but the newest reports of each scenario. A report remains if its command is running, if `latest` points to
 * it, and if its folder contains anything that Ratchet has not written.
 * @param keep number of reports to keep of each scenario
 */
export function pruneReports(root: string, keep: number): Pruned {
  const byScenario = Map.groupBy(findReports(root), ({ scenario }) => scenario);
  const old = [...byScenario.values()].flatMap((reports) => reports.slice(keep));
  if (old.length === 0) return { removed: [], kept: [] };
  const latest = realPath(join(root, 'latest'));
  const removed: SavedReport[] = [];
  const kept: { report: SavedReport; reason: string }[] = [];
  for (const report of old) {
    const reason = realPath(report.path) === latest ? '`latest` points to it' : whyNotRemoved(report);
    if (reason === undefined) removed.push(report);
    else kept.push({ report, reason });
  }
  return { removed, kept };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Removes the report, file by file, so that nothing else is lost whatever happens meanwhile. */
function whyNotRemoved(report: SavedReport): string | undefined {
  if (isInUse(report)) return 'its command is running';
  try {
    const files = readdirSync(report.path);
    const foreign = files.find((name) => !REPORT_FILES.includes(name));
    if (foreign !== undefined) return `it contains ${foreign}, which Ratchet has not written`;
    for (const name of files) unlinkSync(join(report.path, name));
    rmdirSync(report.path);
  } catch (error) {
    // Another command may have removed it at the same time.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : (error as Error).message;
  }
  return undefined;
}
