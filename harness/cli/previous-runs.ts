/** `--last-failed` and `--failed-first`: what the saved reports say about the runs before. */
import { Option } from 'commander';
import { openProject } from '../api/project.ts';
import type { RunScenariosOptions } from '../api/run-scenarios.ts';
import { lastFailed } from '../runner/last-failed.ts';
import { writeError } from './terminal.ts';

export interface PreviousRunsFlags {
  subject?: string;
  report: string;
  lastFailed?: true;
  failedFirst?: true;
}

export const previousRunsOptions = (): Option[] => [
  new Option(
    '--last-failed',
    'only scenarios that did not pass when the subject last ran them; all of them if each has passed',
  ).conflicts('tag'),
  new Option('--failed-first', 'these scenarios before the others'),
];

/** @param names of the scenarios that are requested; none means all */
export async function chosenScenarios(
  names: readonly string[],
  flags: PreviousRunsFlags,
): Promise<Pick<RunScenariosOptions, 'scenarios' | 'onUnsupported' | 'first'>> {
  const requested = names.length === 0 ? {} : { scenarios: names };
  if (flags.lastFailed === undefined && flags.failedFirst === undefined) return requested;
  const { subject, catalogue } = await openProject({ subject: flags.subject });
  const failed = lastFailed(flags.report, subject.name);
  if (flags.lastFailed === undefined) return { ...requested, first: failed };
  const known = names.length === 0 ? catalogue.scenarioNames : names;
  const again = failed.filter((name) => known.includes(name));
  if (again.length > 0) return { scenarios: again, onUnsupported: 'leave-out' };
  writeError(`no scenario failed when ${subject.name} last ran: all run\n`);
  return requested;
}
