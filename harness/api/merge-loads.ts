/** Judges what tabs of a load on several machines have written. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Validity } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import { mergeTabLines } from '../load/merge-tab-lines.ts';
import { makeFolder } from '../make-folder.ts';
import type { Reporter } from '../port/reporter.ts';
import { checkFiles } from './check-files.ts';

/** Without commits and writes, these can be judged. */
const JUDGED = ['monotonic-view', 'monotonic-reads', 'availability'];

export function areTabLines(paths: readonly string[]): boolean {
  return paths.every((path) => path.endsWith('.log'));
}

/**
 * @param files lines of `tab-script.ts`, also among other lines of k6
 * @param report the folder for the history
 * @throws UsageError for a file that does not exist, and for files without a poll
 */
export async function mergeLoads(files: readonly string[], report: string, reporter: Reporter): Promise<Validity> {
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new UsageError('file-missing', `${missing}: no such file`);
  makeFolder(resolve(report));
  const historyFile = join(report, 'history.ndjson');
  await mergeTabLines(files, historyFile);
  return checkFiles([historyFile], { properties: JUDGED, reporter });
}
