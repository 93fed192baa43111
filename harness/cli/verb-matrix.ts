import { Option, type Command } from 'commander';
import { huntPlanted } from '../api/hunt-planted.ts';
import { judgeMatrix } from '../api/judge-matrix.ts';
import { exitCodeOf } from '../errors.ts';
import { huntSummary, huntText } from '../report/hunt-text.ts';
import { matrixMarkdown, matrixText } from '../report/matrix-text.ts';
import { printableData } from '../report/printable.ts';
import { DEFAULT_RUNS } from '../runner/defaults.ts';
import { gateIn, gateOptions, type GateFlags } from './gate-options.ts';
import {
  attemptsOption,
  backendOption,
  propertyOption,
  reportOption,
  runsOption,
  seedOption,
  tagOption,
} from './options.ts';
import { keepReportsOption, withRetention, type RetentionFlags } from './keep-reports.ts';
import { durationsOption, shardIn, shardOption, type ShardFlags } from './shard-options.ts';
import { palette, print, printJson, progress } from './terminal.ts';
import type { Finish } from './verb.ts';

interface MatrixFlags extends GateFlags, RetentionFlags, ShardFlags {
  subject?: string[];
  tag?: string[];
  backend: string;
  seed: number;
  runs?: number;
  attempts?: number;
  planted?: true;
  property?: string[];
  format: 'text' | 'json' | 'markdown';
}

export function addMatrix(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('matrix')
    .description(
      'run scenarios against several subjects, compare the verdicts with what is expected, and measure costs',
    )
    .argument('[scenario...]', 'names that `ratchet list` shows (default: all)')
    .addOption(
      new Option('--subject <name>', 'a subject, by name or path; may be repeated')
        .default(undefined, 'all subjects of the project that the backend can run')
        .argParser((name: string, previous: string[] = []) => [...previous, name]),
    )
    .addOption(tagOption())
    .addOption(backendOption().default('simulated'))
    .addOption(seedOption())
    .addOption(attemptsOption())
    .addOption(runsOption().default(undefined, '1; run K uses the seed N + K - 1'))
    .addOption(
      new Option(
        '--planted',
        'instead: search each planted bug of the project, or those that are named, for at most 2000 plans or 20 s',
      ).conflicts(['subject', 'tag', 'property']),
    )
    .addOption(propertyOption())
    .addOption(reportOption())
    .addOption(keepReportsOption())
    .addOption(shardOption('runs'))
    .addOption(durationsOption())
    .addOption(new Option('--format <format>', 'output format').choices(['text', 'json', 'markdown']).default('text'))
    .addHelpText('after', EXIT_CODES);
  for (const option of gateOptions()) command.addOption(option);
  command.action(async (names: string[], flags: MatrixFlags) =>
    finish(await withRetention(flags, () => matrix(names, flags, signal))),
  );
}

const EXIT_CODES = `
The exit code is 0 if every verdict is the one that the subject declares in \`withstands\`, 1 if one differs, and 2 if a
run is inconclusive. With --planted it is 1 if a bug is missed.`;

async function matrix(names: readonly string[], flags: MatrixFlags, signal: AbortSignal): Promise<number> {
  if (flags.planted === true) return matrixOfPlanted(names, flags, signal);
  const { subject: subjects, tag: tags, backend, seed, property: properties, report, format } = flags;
  const { runs = DEFAULT_RUNS } = flags;
  const results = await judgeMatrix({
    scenarios: names.length === 0 ? undefined : names,
    ...(subjects === undefined ? {} : { subjects }),
    tags,
    backend,
    seed,
    runs,
    properties,
    report,
    ...gateIn(flags),
    ...(flags.attempts === undefined ? {} : { attempts: flags.attempts }),
    ...shardIn(flags),
    signal,
    onProgress: progress,
  });
  if (format === 'json') printJson(results, 2);
  else print(format === 'markdown' ? matrixMarkdown(results) : matrixText(printableData(results), palette));
  return exitCodeOf(results.baseline?.valid ?? results.valid);
}

async function matrixOfPlanted(
  names: readonly string[],
  { seed, runs, report, format }: MatrixFlags,
  signal: AbortSignal,
): Promise<number> {
  const isText = format !== 'json';
  const results = await huntPlanted({
    bugs: names.length === 0 ? undefined : names,
    seed,
    ...(runs === undefined ? {} : { runs }),
    report,
    signal,
    onProgress: progress,
    ...(isText ? { onHunted: (hunt) => print(huntText(printableData(hunt), palette)) } : {}),
  });
  if (isText) print(huntSummary(results));
  else printJson(results, 2);
  return exitCodeOf(results.valid);
}
