import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { findLimit, LIMIT_RUNS } from '../api/find-limit.ts';
import { openProject } from '../api/project.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
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
import { duration, share } from './bounds.ts';
import { keepReportsOption, withRetention, type RetentionFlags } from './keep-reports.ts';
import { palette, print, printJson, progress } from './terminal.ts';
import type { Finish } from './verb.ts';
import { definedFields } from '../defined-fields.ts';

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
  duration?: number;
  every?: number;
  roundEvery?: number;
  maxLatency?: number;
  minAvailability?: number;
  format: 'text' | 'json';
}

export function addLimits(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('limits')
    .description('find by bisection where a subject stops holding, when a parameter of a scenario changes')
    .argument('<scenario>', 'a name that `ratchet list` shows')
    .addOption(
      new Option(
        '--vary <name>',
        'the parameter, e.g. lag_ms; or tabs, with which each run is a load',
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--from <n>', 'least value').default(undefined, 'that of the parameter').argParser(aNumber))
    .addOption(new Option('--to <n>', 'greatest value').default(undefined, 'that of the parameter').argParser(aNumber))
    .addOption(subjectOption())
    .addOption(backendOption().default('simulated'))
    .addOption(runsOption().default(LIMIT_RUNS, `${LIMIT_RUNS} for each value, with the seeds 1, 2, …`))
    .addOption(setOption())
    .addOption(propertyOption())
    .addOption(new Option('--duration <duration>', 'of each load, with --vary tabs').argParser(duration))
    .addOption(
      new Option('--every <duration>', 'from one poll of a tab to its next, with --vary tabs').argParser(duration),
    )
    .addOption(new Option('--round-every <duration>', 'between rounds, with --vary tabs').argParser(duration))
    .addOption(
      new Option('--max-latency <duration>', 'upper bound of the latency, with --vary tabs').argParser(duration),
    )
    .addOption(new Option('--min-availability <share>', 'lower bound, with --vary tabs').argParser(share))
    .addOption(new Option('--svg <file>', 'also draw the curve'))
    .addOption(reportOption())
    .addOption(keepReportsOption())
    .addOption(formatOption())
    .action(async (scenario: string, flags: LimitFlags) =>
      finish(await withRetention(flags, () => limits(scenario, flags, signal))),
    );
}

async function limits(scenario: string, flags: LimitFlags, signal: AbortSignal): Promise<number> {
  const { svg, format, property: properties, set: parameters, subject: chosen, ...rest } = flags;
  const {
    duration: durationMs,
    every: everyMs,
    roundEvery: roundEveryMs,
    maxLatency: maxLatencyMs,
    minAvailability,
    ...options
  } = rest;
  const load = definedFields({ durationMs, everyMs, roundEveryMs, maxLatencyMs, minAvailability });
  requireTabs(load, flags.vary);
  const { subject } = await openProject({ subject: chosen });
  const results = await findLimit({
    ...options,
    scenario,
    subject: chosen,
    properties,
    parameters,
    load,
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

function requireTabs(load: object, vary: string): void {
  if (vary === 'tabs' || Object.keys(load).length === 0) return;
  throw new UsageError('flags-contradictory', 'the options of a load need --vary tabs', 'leave them out');
}

function aNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}
