import type { Command } from 'commander';
import { Option } from 'commander';
import { logFormatNames, proposeMap } from '../api/propose-map.ts';
import { ExitCode, UsageError } from '../errors.ts';
import { printLines } from './terminal.ts';
import type { Finish } from './verb.ts';

export function addMap(program: Command, finish: Finish): void {
  program
    .command('map')
    .description('propose a mapping for a log, from its first lines (docs/LOGS.md)')
    .argument('<log>', 'your own log, may be compressed by gzip or zstd; - is standard input')
    .addOption(
      new Option('--from <format>', 'format of the log (default: detected from its first bytes)').choices(
        logFormatNames(),
      ),
    )
    .action(async (log: string, { from }: { from?: string }) => finish(await map(log, from)));
}

/** A mapping that is not complete is printed too, for its user to complete. */
async function map(log: string, from: string | undefined): Promise<number> {
  const { lines, missing } = await proposeMap(log, from);
  await printLines(lines);
  if (missing.length === 0) return ExitCode.valid;
  const what = missing.length === 1 ? `the field ${missing[0]} was` : `the fields ${missing.join(', ')} were`;
  const hint = missing.includes('progress') ? 'a log without the progress cannot be judged' : 'add it to the mapping';
  throw new UsageError('mapping-incomplete', `${log}: ${what} not found in its first records`, hint);
}
