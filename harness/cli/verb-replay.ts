import type { Command } from 'commander';
import { replayPlan } from '../api/replay-plan.ts';
import {
  backendOption,
  onOption,
  ownTargetOption,
  propertyOption,
  replicasOption,
  reportOption,
  routingOption,
  runningOptions,
  runsOption,
  subjectOption,
  type RunFlags,
} from './options.ts';
import { openReporting, reportingOptions } from './reporting.ts';
import { keepReportsOption, withRetention } from './keep-reports.ts';
import { progress } from './terminal.ts';
import type { Finish } from './verb.ts';

export function addReplay(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('replay')
    .description('run a saved plan again, on any subject and backend')
    .argument('<plan>', 'a plan.json that a run has saved')
    .addOption(subjectOption())
    .addOption(backendOption())
    .addOption(onOption())
    .addOption(runsOption())
    .addOption(propertyOption())
    .addOption(replicasOption())
    .addOption(routingOption())
    .addOption(ownTargetOption())
    .addOption(reportOption())
    .addOption(keepReportsOption());
  for (const option of reportingOptions()) command.addOption(option);
  command.action(async (file: string, flags: RunFlags) =>
    finish(await withRetention(flags, () => replay(file, flags, signal))),
  );
}

async function replay(file: string, flags: RunFlags, signal: AbortSignal): Promise<number> {
  const { reporter, exitCode } = await openReporting(flags);
  return exitCode(await replayPlan(file, { ...runningOptions(flags), reporter, onProgress: progress, signal }));
}
