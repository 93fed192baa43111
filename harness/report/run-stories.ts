/** The violations of a run as texts, one for each cause. */
import { asColumns } from '../history/columns-builder.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { formatCounterexample } from './verdict-text.ts';
import { groupViolations } from './violation-groups.ts';

export interface RunStory {
  property: string;
  sentence: string;
  /** The events that explain it, and the properties that it violates too. */
  lines: string[];
  session: string | undefined;
  key: string;
}

export function storiesOf({ history, verdicts }: Pick<JudgedRun, 'history' | 'verdicts'>): RunStory[] {
  const violated = verdicts.filter(({ valid }) => valid === false);
  if (violated.length === 0) return [];
  const columns = asColumns(history);
  return groupViolations(columns, violated).map(({ verdict, violation, alsoBroken }) => {
    const also = alsoBroken.map(({ property }) => property).join(', ');
    return {
      property: verdict.property,
      sentence: violation.sentence,
      lines: [
        ...formatCounterexample(columns, violation).map((line) => line.trim()),
        ...(also === '' ? [] : [`also broken by this: ${also}`]),
      ],
      session: violation.session,
      key: violation.key,
    };
  });
}
