import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { validityMark } from '../report/verdict-text.ts';
import { printableData } from '../report/printable.ts';
import { pruneReports, type Pruned } from '../runner/retention.ts';
import { findReports, isInUse, savedVerdict, type SavedReport } from '../runner/saved-reports.ts';
import { shortPath } from '../short-path.ts';
import { formatOption, reportOption } from './options.ts';
import { keepReportsOption, type RetentionFlags } from './keep-reports.ts';
import { palette, print, printJson, printLines } from './terminal.ts';
import type { Finish } from './verb.ts';

interface ReportsFlags extends RetentionFlags {
  prune?: true;
  format: 'text' | 'json';
}

export function addReports(program: Command, finish: Finish): void {
  program
    .command('reports')
    .description('list the saved reports, or remove the old ones')
    .addOption(new Option('--prune', 'remove all but the newest of each scenario, instead of listing them'))
    .addOption(keepReportsOption())
    .addOption(reportOption())
    .addOption(formatOption())
    .action(async (flags: ReportsFlags) => {
      if (flags.prune === true) printPruned(pruneReports(flags.report, flags.keepReports), flags);
      else await printReports(findReports(flags.report), flags);
      finish(0);
    });
}

async function printReports(reports: readonly SavedReport[], { format, report: root }: ReportsFlags): Promise<void> {
  const described = reports.map(describe);
  if (format === 'json') return printJson(described, 2);
  if (described.length === 0) return print(`there are no reports in ${root}`);
  await printLines([
    ...printableData(described).map(({ mark, path, bytes }) => `${mark} ${path}  ${palette.dim(sizeOf(bytes))}`),
    '',
    `${countOf(described)}, ${sizeOf(described.reduce((sum, { bytes }) => sum + bytes, 0))}`,
  ]);
}

function describe(report: SavedReport) {
  const verdict = savedVerdict(report);
  const { scenario, subject, beganAt } = report;
  const state = verdict === undefined ? (isInUse(report) ? 'running' : 'cut short') : verdict;
  return {
    mark: verdict === undefined ? '·' : validityMark(verdict, palette),
    path: shortPath(report.path),
    scenario,
    subject,
    began: new Date(beganAt).toISOString(),
    valid: state,
    bytes: sizeIn(report.path),
  };
}

function printPruned({ removed, kept }: Pruned, { format, report: root }: ReportsFlags): void {
  const paths = removed.map(({ path }) => shortPath(path));
  const left = kept.map(({ report, reason }) => ({ path: shortPath(report.path), reason }));
  if (format === 'json') return printJson({ removed: paths, kept: left }, 2);
  for (const { path, reason } of printableData(left)) print(`${path} kept: ${reason}`);
  print(`${countOf(paths)} removed from ${root}`);
}

function countOf({ length }: readonly unknown[]): string {
  return length === 1 ? '1 report' : `${length} reports`;
}

function sizeIn(folder: string): number {
  try {
    const files = readdirSync(folder).map((name) => statSync(join(folder, name), { throwIfNoEntry: false }));
    return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
  } catch {
    return 0;
  }
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
