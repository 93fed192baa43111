import type { Command } from 'commander';
import { parsePlanText } from '../plan/plan.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { runTasks } from '../runner/run-tasks.ts';
import { withFlags } from './overrides.ts';
import { readInput } from './input.ts';
import {
  backendOption,
  ownTargetOption,
  propertyOption,
  replicasOption,
  reportOption,
  routingOption,
  runsOption,
  subjectOption,
  type RunFlags,
} from './options.ts';
import { openReporting, reportingOptions } from './reporting.ts';
import { progress } from './terminal.ts';
import type { Finish } from './verb.ts';

export function addReplay(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('replay')
    .description('run a saved plan again, on any subject and backend')
    .argument('<plan>', 'a plan.json that a run has left')
    .addOption(subjectOption())
    .addOption(backendOption())
    .addOption(runsOption())
    .addOption(propertyOption())
    .addOption(replicasOption())
    .addOption(routingOption())
    .addOption(ownTargetOption())
    .addOption(reportOption());
  for (const option of reportingOptions()) command.addOption(option);
  command.action(async (file: string, flags: RunFlags) => finish(await replay(file, flags, signal)));
}

async function replay(file: string, flags: RunFlags, signal: AbortSignal): Promise<number> {
  const reporting = await openReporting(flags);
  const plan = withFlags(parsePlanText(await readInput(file), file), flags);
  const catalogue = await openCatalogue(process.cwd());
  const subjectAs = flags.subject ?? catalogue.defaultSubject();
  const valid = await runTasks({
    verb: 'replay',
    tasks: Array.from({ length: flags.runs }, () => ({ plan, expected: undefined })),
    subject: await catalogue.loadSubject(subjectAs),
    subjectAs,
    backend: flags.backend,
    onLack: 'refuse',
    reportRoot: flags.report,
    ownsTarget: flags.iOwnThisTarget ?? false,
    reporter: reporting.reporter,
    onProgress: progress,
    signal,
  });
  return reporting.exitCode(valid);
}
