/** Whether a subject is expected to withstand a scenario. */
import { parametersOf, type Parameters, type Scenario } from '../plan/scenario.ts';
import type { Subject } from '../port/subject.ts';
import type { Catalogue } from './catalogue.ts';

type Declaring = Pick<Subject, 'withstands'>;

/** Whether the properties are expected to hold in a run of the scenario. `undefined`: nothing is declared. */
export function expectedOfRun(subject: Declaring, scenario: string, parameters: Parameters): boolean | undefined {
  const declared = subject.withstands?.[scenario];
  const run = typeof declared === 'object' ? declared.run : declared;
  return typeof run === 'function' ? run(parameters) : run;
}

/** Whether every plan in the range of the scenario is expected to keep the properties. `undefined`: nothing is declared. */
export function expectedOfRange(subject: Declaring, scenario: string): boolean | undefined {
  const declared = subject.withstands?.[scenario];
  return typeof declared === 'object' ? declared.explore : declared;
}

/** What each subject of a project declares for a run of the scenario as it is; those that declare nothing are left out. */
export async function expectationsOf(
  scenario: Scenario,
  { subjectNames, loadSubject }: Pick<Catalogue, 'subjectNames' | 'loadSubject'>,
): Promise<{ subject: string; holds: boolean }[]> {
  const parameters = parametersOf(scenario, {});
  const found = await Promise.all(
    subjectNames.map(async (subject) => ({
      subject,
      holds: expectedOfRun(await loadSubject(subject), scenario.name, parameters),
    })),
  );
  return found.flatMap(({ subject, holds }) => (holds === undefined ? [] : [{ subject, holds }]));
}
