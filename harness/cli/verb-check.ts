import type { Command } from 'commander';
import { Option } from 'commander';
import { checkFiles } from '../api/check-files.ts';
import type { SourceOptions } from '../api/history-source.ts';
import { duration, memory, share, staleness } from './bounds.ts';
import type { StalenessBounds } from './bounds.ts';
import { propertyOption } from './options.ts';
import { openReporting, reportingOptions, type ReportingFlags } from './reporting.ts';
import { sourceOptions } from './source-options.ts';
import { progress } from './terminal.ts';
import type { Finish } from './verb.ts';

interface CheckFlags extends SourceOptions, ReportingFlags {
  property?: string[];
  key?: string[];
  session?: string[];
  maxStaleness?: StalenessBounds;
  convergeWithin?: number;
  minAvailability?: number;
  maxLatency?: number;
  finalLookAnswered?: boolean;
  timeout?: number;
  memory?: number;
  merge?: boolean;
  oneClock?: boolean;
}

export function addCheck(program: Command, finish: Finish): void {
  const command = program
    .command('check')
    .description('judge histories of runs, Jepsen histories, or your own logs')
    .argument(
      '<files...>',
      'histories (docs/HISTORY.md) or logs (docs/LOGS.md), may be compressed by gzip or zstd; - is standard input',
    )
    .addOption(propertyOption())
    .addOption(new Option('--merge', 'the files are logs of one incident: judge them as one, in the order of time'))
    .addOption(new Option('--one-clock', 'the merged files have the times of one clock: compare their events'))
    .addOption(new Option('--key <name>', 'judge only this key; may be repeated').argParser(append))
    .addOption(new Option('--session <name>', 'judge only what this session saw; may be repeated').argParser(append))
    .addOption(
      new Option(
        '--max-staleness <bound>',
        'upper bound of staleness, e.g. 500ms or 3versions; may be given once for each',
      ).argParser(staleness),
    )
    .addOption(
      new Option('--converge-within <duration>', 'upper bound of convergence, e.g. 2s or 500ms').argParser(duration),
    )
    .addOption(new Option('--min-availability <share>', 'lower bound of availability, e.g. 99.9%').argParser(share))
    .addOption(
      new Option('--max-latency <duration>', 'upper bound of the latency of reads at p99, e.g. 2s').argParser(duration),
    )
    .addOption(
      new Option('--final-look-answered', 'the last read of every session that still watches must be answered'),
    )
    .addOption(
      new Option(
        '--timeout <duration>',
        'time limit of the linearizability search of each file (default 10s)',
      ).argParser(duration),
    )
    .addOption(
      new Option(
        '--memory <size>',
        'about how much memory to use; a larger history is judged in parts, from temporary files (default 512MiB)',
      ).argParser(memory),
    );
  for (const option of [...sourceOptions(), ...reportingOptions()]) command.addOption(option);
  command.action(async (files: string[], flags: CheckFlags) => finish(await check(files, flags)));
}

async function check(files: readonly string[], flags: CheckFlags): Promise<number> {
  const { reporter, exitCode } = await openReporting(flags);
  const { from, map, url, initial, maxStaleness, convergeWithin, minAvailability, timeout } = flags;
  const { maxLatency, finalLookAnswered } = flags;
  const valid = await checkFiles(files, {
    from,
    map,
    url,
    initial,
    properties: flags.property,
    keys: flags.key,
    sessions: flags.session,
    ...maxStaleness,
    convergeWithinMs: convergeWithin,
    minAvailability,
    maxLatencyMs: maxLatency,
    finalLookAnswered,
    timeoutMs: timeout,
    memoryBytes: flags.memory,
    merge: flags.merge,
    oneClock: flags.oneClock,
    reporter,
    onProgress: progress,
  });
  return exitCode(valid);
}

function append(name: string, before: readonly string[] = []): string[] {
  return [...before, name];
}
