import type { Command } from 'commander';
import { runScenarios } from '../api/run-scenarios.ts';
import { DEFAULT_RUNS } from '../runner/defaults.ts';
import {
  attemptsOption,
  backendOption,
  onOption,
  ownTargetOption,
  propertyOption,
  replicasOption,
  reportOption,
  routingOption,
  runningOptions,
  runsOption,
  seedOption,
  setOption,
  subjectOption,
  tagOption,
  type RunFlags,
} from './options.ts';
import { exhaustiveOption } from './exhaustive-options.ts';
import { chosenScenarios, previousRunsOptions, type PreviousRunsFlags } from './previous-runs.ts';
import { gateIn, gateOptions, type GateFlags } from './gate-options.ts';
import { durationsOption, shardIn, shardOption, type ShardFlags } from './shard-options.ts';
import { openReporting, reportingOptions } from './reporting.ts';
import { keepReportsOption, withRetention } from './keep-reports.ts';
import { progress } from './terminal.ts';
import type { Finish } from './verb.ts';
import { watchOption, watchRuns } from './watch.ts';

interface RunCommandFlags extends RunFlags, GateFlags, ShardFlags, PreviousRunsFlags {
  watch?: true;
  tag?: string[];
  exhaustive?: 1 | 2;
}

export function addRun(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('run')
    .description('run scenarios against a subject and judge what every observer saw; saved regression plans run first')
    .argument('[scenario...]', 'names that `ratchet list` shows (default: all)')
    .addOption(tagOption())
    .addOption(subjectOption())
    .addOption(backendOption())
    .addOption(onOption())
    .addOption(seedOption())
    .addOption(runsOption().default(DEFAULT_RUNS, '1; run K uses the seed N + K - 1'))
    .addOption(attemptsOption())
    .addOption(setOption())
    .addOption(propertyOption())
    .addOption(replicasOption())
    .addOption(routingOption())
    .addOption(ownTargetOption())
    .addOption(
      exhaustiveOption(
        'then try, in simulation, every plan with at most n deviations (1 or 2) from small bases, as `ratchet explore` does',
      ),
    )
    .addOption(reportOption())
    .addOption(keepReportsOption())
    .addOption(shardOption('runs'))
    .addOption(durationsOption());
  command.addOption(watchOption());
  for (const option of [...previousRunsOptions(), ...gateOptions(), ...reportingOptions()]) command.addOption(option);
  command.action(async (names: string[], flags: RunCommandFlags) =>
    finish(
      flags.watch === true
        ? await watchRuns(command, names, flags.report, signal)
        : await withRetention(flags, () => run(names, flags, signal)),
    ),
  );
}

async function run(names: readonly string[], flags: RunCommandFlags, signal: AbortSignal): Promise<number> {
  const { reporter, exitCode } = await openReporting(flags);
  const valid = await runScenarios({
    ...runningOptions(flags),
    ...gateIn(flags),
    ...shardIn(flags),
    ...(await chosenScenarios(names, flags)),
    tags: flags.tag,
    seed: flags.seed,
    exhaustive: flags.exhaustive,
    parameters: flags.set,
    reporter,
    onProgress: progress,
    signal,
  });
  return exitCode(valid);
}
