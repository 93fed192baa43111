import { Option, type Command } from 'commander';
import { areTabLines, mergeLoads } from '../api/merge-loads.ts';
import { DEFAULT_MERGED, mergeShards } from '../api/merge-shards.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
import type { MatrixResults } from '../port/matrix.ts';
import { matrixMarkdown, matrixText } from '../report/matrix-text.ts';
import { printableData } from '../report/printable.ts';
import { gateIn, gateOptionsOfMerge, type GateFlags } from './gate-options.ts';
import { openReporting, reportingOptions, type ReportingFlags } from './reporting.ts';
import { palette, print, printError, printJson } from './terminal.ts';
import type { Finish } from './verb.ts';

interface MergeFlags extends GateFlags, ReportingFlags {
  report: string;
}

export function addMerge(program: Command, finish: Finish): void {
  const command = program
    .command('merge')
    .description('join what shards of run, explore or matrix have judged, as one command would have reported it')
    .argument(
      '<dir...>',
      'the reports of each shard: the folder that --report named; or .log files of the tabs of a load',
    )
    .addOption(
      new Option('--report <dir>', 'folder for the merged plans, histories and verdicts').default(DEFAULT_MERGED),
    );
  for (const option of [...gateOptionsOfMerge(), ...reportingOptions()]) command.addOption(option);
  command.action(async (paths: string[], flags: MergeFlags) => finish(await merge(paths, flags)));
}

async function merge(paths: readonly string[], flags: MergeFlags): Promise<number> {
  const { reporter, exitCode } = await openReporting(flags);
  if (areTabLines(paths)) return exitCode(await mergeLoads(paths, flags.report, reporter));
  const { valid, missing, matrix } = await mergeShards(paths, { ...gateIn(flags), report: flags.report, reporter });
  if (matrix !== undefined) printMatrix(matrix, flags);
  if (missing !== undefined) printError(missing);
  return matrix === undefined ? exitCode(valid) : exitCodeOf(valid);
}

/** A matrix is a table, which is not written through reporters. */
function printMatrix(matrix: MatrixResults, { format = 'text', reporter }: MergeFlags): void {
  if (reporter !== undefined || !['text', 'json', 'markdown'].includes(format)) {
    throw new UsageError('flags-contradictory', 'a matrix is written as text, json or markdown', 'use --format');
  }
  if (format === 'json') printJson(matrix, 2);
  else print(format === 'markdown' ? matrixMarkdown(matrix) : matrixText(printableData(matrix), palette));
}
