import type { Command } from 'commander';
import { parametersOf, planOf, type Scenario } from '../plan/scenario.ts';
import { readRegressions, type Regression } from '../explore/regressions.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { expectedOfRun } from '../runner/expectation.ts';
import { UsageError } from '../errors.ts';
import { loadBackend } from '../runner/backend-registry.ts';
import { lackOf } from '../runner/requirements.ts';
import type { Subject } from '../port/subject.ts';
import {
  backendOption,
  formatOption,
  ownTargetOption,
  propertyOption,
  replicasOption,
  reportOption,
  routingOption,
  runsOption,
  seedOption,
  setOption,
  subjectOption,
  type RunFlags,
} from './options.ts';
import { isAsWritten, withFlags } from './overrides.ts';
import { runTasks, type Task } from './session.ts';
import { complain } from './terminal.ts';
import type { Finish } from './verb.ts';

export function addRun(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('run')
    .description('run scenarios against a subject and judge what every observer saw, plans that once failed first')
    .argument('[scenario...]', 'names that `ratchet list` shows (default: all)')
    .addOption(subjectOption())
    .addOption(backendOption())
    .addOption(seedOption())
    .addOption(runsOption().default(1, 'one; run K of them uses the seed N + K - 1'))
    .addOption(setOption())
    .addOption(propertyOption())
    .addOption(replicasOption())
    .addOption(routingOption())
    .addOption(ownTargetOption())
    .addOption(reportOption())
    .addOption(formatOption())
    .action(async (names: string[], flags: RunFlags) => finish(await run(names, flags, signal)));
}

async function run(names: readonly string[], flags: RunFlags, signal: AbortSignal): Promise<number> {
  const catalogue = await openCatalogue(process.cwd());
  const subject = await catalogue.loadSubject(flags.subject ?? catalogue.defaultSubject());
  const wanted = names.length === 0 ? catalogue.scenarioNames : names;
  if (wanted.length === 0)
    throw new UsageError('scenario-missing', 'there is no scenario to run', 'name their folders in ratchet.config.ts');
  const scenarios = await Promise.all(wanted.map((name) => catalogue.loadScenario(name)));
  const regressions = readRegressions(catalogue.scenarioFolders).filter(
    ({ plan, expect }) => subject.name in expect && (names.length === 0 || names.includes(plan.scenario)),
  );
  const tasks = [
    ...regressions.map((regression) => regressionTask(regression, subject.name, flags)),
    ...scenarios.flatMap((scenario) => tasksOf(scenario, subject, flags)),
  ];
  const possible = names.length === 0 ? await leavingOut(tasks, subject, flags) : tasks;
  return runTasks(possible, subject, flags, signal);
}

/** Who asks for all gets all that is possible there, and is told of the rest. Who asks for one by name is refused. */
async function leavingOut(tasks: readonly Task[], subject: Subject, flags: RunFlags): Promise<Task[]> {
  const backend = await loadBackend(flags.backend);
  return tasks.filter(({ plan }) => {
    const lack = lackOf(plan, backend, subject);
    if (lack !== undefined) complain(new UsageError(lack.code, `${plan.scenario} is left out: ${lack.message}`));
    return lack === undefined;
  });
}

function regressionTask({ plan, expect }: Regression, subject: string, flags: RunFlags): Task {
  return { plan: withFlags(plan, flags), expected: isAsWritten(flags) ? expect[subject] : undefined };
}

function tasksOf(scenario: Scenario, subject: Subject, flags: RunFlags): Task[] {
  const parameters = parametersOf(scenario, flags.set);
  const expected = isAsWritten(flags) ? expectedOfRun(subject, scenario.name, parameters) : undefined;
  return Array.from({ length: flags.runs }, (_, at) => ({
    plan: withFlags(planOf(scenario, flags.seed + at, parameters), flags),
    expected,
  }));
}
