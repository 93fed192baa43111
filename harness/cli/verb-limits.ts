import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { findLimit, LIMIT_RUNS } from '../api/find-limit.ts';
import { openProject } from '../api/project.ts';
import { exitCodeOf } from '../errors.ts';
import { limitText } from '../report/limit-text.ts';
import { limitSvg } from '../report/svg/limit-svg.ts';
import { printableData } from '../report/printable.ts';
import { writing } from '../writing.ts';
import {
  backendOption,
  formatOption,
  propertyOption,
  reportOption,
  runsOption,
  setOption,
  subjectOption,
} from './options.ts';
import { keepReportsOption, withRetention, type RetentionFlags } from './keep-reports.ts';
import { palette, print, printJson, progress } from './terminal.ts';
import type { Finish } from './verb.ts';

interface LimitFlags extends RetentionFlags {
  subject?: string;
  vary: string;
  from?: number;
  to?: number;
  runs: number;
  backend: string;
  property?: string[];
  set: Record<string, string>;
  svg?: string;
  format: 'text' | 'json';
}

export function addLimits(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('limits')
    .description('find by bisection where a subject stops holding, when a parameter of a scenario changes')
    .argument('<scenario>', 'a name that `ratchet list` shows')
    .addOption(new Option('--vary <name>', 'the parameter, e.g. lag_ms').makeOptionMandatory())
    .addOption(new Option('--from <n>', 'least value').default(undefined, 'that of the parameter').argParser(aNumber))
    .addOption(new Option('--to <n>', 'greatest value').default(undefined, 'that of the parameter').argParser(aNumber))
    .addOption(subjectOption())
    .addOption(backendOption().default('simulated'))
    .addOption(runsOption().default(LIMIT_RUNS, `${LIMIT_RUNS} for each value, with the seeds 1, 2, …`))
    .addOption(setOption())
    .addOption(propertyOption())
    .addOption(new Option('--svg <file>', 'also draw the curve'))
    .addOption(reportOption())
    .addOption(keepReportsOption())
    .addOption(formatOption())
    .action(async (scenario: string, flags: LimitFlags) =>
      finish(await withRetention(flags, () => limits(scenario, flags, signal))),
    );
}

async function limits(scenario: string, flags: LimitFlags, signal: AbortSignal): Promise<number> {
  const { svg, format, property: properties, set: parameters, subject: chosen, ...options } = flags;
  const { subject } = await openProject({ subject: chosen });
  const results = await findLimit({
    ...options,
    scenario,
    subject: chosen,
    properties,
    parameters,
    signal,
    onProgress: progress,
  });
  if (format === 'json') printJson(results, 2);
  else print(limitText(printableData(results), subject.name, palette));
  if (svg !== undefined) {
    const picture = limitSvg(results, subject.name);
    writing(svg, 'svg-unwritable', 'choose another file with --svg FILE', () => writeFileSync(svg, picture));
  }
  return exitCodeOf(results.valid);
}

function aNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}
