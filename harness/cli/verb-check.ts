import type { Command } from 'commander';
import { Option } from 'commander';
import type { CheckOptions } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import type { Selection } from '../history/selection.ts';
import { checkHistories, type HistoryFile } from '../runner/check-histories.ts';
import { requireProperties } from '../runner/judgement.ts';
import { duration, share, staleness } from './bounds.ts';
import type { StalenessBounds } from './bounds.ts';
import { openSource, sourceOptions } from './history-source.ts';
import type { SourceFlags } from './history-source.ts';
import { propertyOption } from './options.ts';
import { openReporting, reportingOptions, type ReportingFlags } from './reporting.ts';
import type { Finish } from './verb.ts';

interface CheckFlags extends SourceFlags, ReportingFlags {
  property?: string[];
  key?: string[];
  session?: string[];
  maxStaleness?: StalenessBounds;
  convergeWithin?: number;
  minAvailability?: number;
  timeout?: number;
}

export function addCheck(program: Command, finish: Finish): void {
  const command = program
    .command('check')
    .description('judge histories: of runs, of Jepsen, or of your own logs')
    .argument('<files...>', 'newline-delimited JSON as docs/HISTORY.md describes it; .gz too; - is standard input')
    .addOption(propertyOption())
    .addOption(new Option('--key <name>', 'judge only this key, or these: may be given again').argParser(append))
    .addOption(
      new Option('--session <name>', 'judge only what this session saw, or these: may be given again').argParser(
        append,
      ),
    )
    .addOption(
      new Option(
        '--max-staleness <bound>',
        'bound of staleness, e.g. 500ms or 3versions: may be given as both',
      ).argParser(staleness),
    )
    .addOption(new Option('--converge-within <duration>', 'bound of convergence, e.g. 2s or 500ms').argParser(duration))
    .addOption(new Option('--min-availability <share>', 'bound of availability, e.g. 99.9%').argParser(share))
    .addOption(
      new Option('--timeout <duration>', 'how long the search of linearizable may take for each file').argParser(
        duration,
      ),
    );
  for (const option of [...sourceOptions(), ...reportingOptions()]) command.addOption(option);
  command.action(async (files: string[], flags: CheckFlags) => finish(await check(files, flags)));
}

/** All files are read before one is judged: where one is bad, there is no verdict on any. */
async function check(files: readonly string[], flags: CheckFlags): Promise<number> {
  const reporting = await openReporting(flags);
  if (files.filter((file) => file === '-').length > 1) throw new UsageError('stdin-twice', '- stands there twice');
  const source = await openSource(flags);
  const asked = flags.property ?? source.properties;
  const properties = asked === undefined ? undefined : requireProperties(asked);
  const loaded: HistoryFile[] = [];
  for (const file of files) loaded.push(await source.load(file));
  const valid = await checkHistories({
    files: loaded,
    selection: selectionOf(flags),
    properties,
    bounds: () => boundsOf(flags),
    reporter: reporting.reporter,
  });
  return reporting.exitCode(valid);
}

function boundsOf({ maxStaleness, convergeWithin, minAvailability, timeout }: CheckFlags): CheckOptions {
  const options: CheckOptions = { ...maxStaleness };
  if (convergeWithin !== undefined) options.convergeWithinMs = convergeWithin;
  if (minAvailability !== undefined) options.minAvailability = minAvailability;
  if (timeout !== undefined) {
    const clock = realClock();
    options.isOverdue = () => clock.now() > timeout * 1e6;
  }
  return options;
}

function selectionOf({ key, session }: CheckFlags): Selection {
  return { ...(key === undefined ? {} : { keys: key }), ...(session === undefined ? {} : { sessions: session }) };
}

function append(name: string, before: readonly string[] = []): string[] {
  return [...before, name];
}
