/** What a subject is said to withstand of a scenario. */
import type { Parameters } from '../plan/scenario.ts';
import type { Subject } from '../port/subject.ts';

type Saying = Pick<Subject, 'withstands'>;

/** Whether the properties are expected to hold in a run of the scenario. `undefined`: nothing is said. */
export function expectedOfRun(subject: Saying, scenario: string, parameters: Parameters): boolean | undefined {
  const said = subject.withstands?.[scenario];
  const run = typeof said === 'object' ? said.run : said;
  return typeof run === 'function' ? run(parameters) : run;
}

/** Whether every plan in the range of the scenario is expected to keep the properties. `undefined`: nothing is said. */
export function expectedOfRange(subject: Saying, scenario: string): boolean | undefined {
  const said = subject.withstands?.[scenario];
  return typeof said === 'object' ? said.explore : said;
}
