import type { Command } from 'commander';
import { parsePlanText } from '../plan/plan.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { withFlags } from './overrides.ts';
import { readInput } from './input.ts';
import {
  backendOption,
  formatOption,
  ownTargetOption,
  propertyOption,
  replicasOption,
  reportOption,
  routingOption,
  runsOption,
  subjectOption,
  type RunFlags,
} from './options.ts';
import { runTasks } from './session.ts';
import type { Finish } from './verb.ts';

export function addReplay(program: Command, finish: Finish, signal: AbortSignal): void {
  program
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
    .addOption(reportOption())
    .addOption(formatOption())
    .action(async (file: string, flags: RunFlags) => finish(await replay(file, flags, signal)));
}

async function replay(file: string, flags: RunFlags, signal: AbortSignal): Promise<number> {
  const plan = withFlags(parsePlanText(await readInput(file), file), flags);
  const catalogue = await openCatalogue(process.cwd());
  const subject = await catalogue.loadSubject(flags.subject ?? catalogue.defaultSubject());
  const tasks = Array.from({ length: flags.runs }, () => ({ plan, expected: undefined }));
  return runTasks(tasks, subject, flags, signal);
}
