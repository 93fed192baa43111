/** `--reporter`, `--format` and `--verbose`: the options of the verbs that judge. */
import { InvalidArgumentError, Option } from 'commander';
import { foldValidity, type Validity } from '../checker/verdict.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
import type { Reporter } from '../port/reporter.ts';
import { openReporters, type ReporterRequest } from '../report/open-reporters.ts';
import { DEFAULT_REPORTER, reporterNames } from '../report/reporters.ts';
import { printError, write, writeError } from './terminal.ts';

export interface ReportingFlags {
  reporter?: ReporterRequest[];
  format?: string;
  verbose?: true;
}

export const reportingOptions = (): Option[] => [
  new Option(
    '--reporter <name[=file]>',
    `writes the results: ${reporterNames().join(', ')}, or the path of a file that exports a \`reporter\`; writes to standard output or to FILE; may be repeated`,
  )
    .default(undefined, DEFAULT_REPORTER)
    .argParser(appendReporter),
  new Option('--format <name>', 'short for --reporter NAME').choices(reporterNames()),
  new Option('--verbose', 'also print the plan, every property and the history of what passed'),
];

function appendReporter(text: string, before: readonly ReporterRequest[] = []): ReporterRequest[] {
  const [name = '', ...file] = text.split('=');
  if (name === '') throw new InvalidArgumentError('It must be NAME or NAME=FILE.');
  if (file.length > 0 && file.join('=') === '') throw new InvalidArgumentError('The file is missing after =.');
  return [...before, { name, file: file.length === 0 ? undefined : file.join('=') }];
}

export interface Reporting {
  reporter: Reporter;
  /** The exit code of a verdict. If a reporter failed, a verdict of true counts as unknown. */
  exitCode(valid: Validity): number;
}

/** @throws UsageError for a reporter that does not exist, and for two that write to the same place */
export async function openReporting({ reporter = [], format, verbose }: ReportingFlags): Promise<Reporting> {
  if (format !== undefined && reporter.length > 0) {
    throw new UsageError('flags-contradictory', '--format and --reporter cannot be combined', 'use --reporter alone');
  }
  let hasFailed = false;
  const opened = await openReporters({
    requests: format === undefined ? reporter : [{ name: format, file: undefined }],
    automatic: process.env['GITHUB_ACTIONS'] === 'true' ? { name: 'github', write: writeError } : undefined,
    isVerbose: verbose === true,
    write,
    onFailure(error) {
      hasFailed = true;
      printError(error);
    },
  });
  return {
    reporter: opened,
    exitCode: (valid) => exitCodeOf(hasFailed ? foldValidity([valid, 'unknown']) : valid),
  };
}
