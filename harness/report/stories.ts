/** Which violations are told: what follows from another, or from the same read, is one story with it. */
import type { Verdict, Violation } from '../checker/verdict.ts';
import { NONE, SHOW } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { itemAt } from '../required.ts';
import { explainedEvents } from './counterexample.ts';

export interface Story {
  verdict: Verdict;
  /** The first violation of the verdict. */
  violation: Violation;
  /** Verdicts that the same events violate. */
  alsoBroken: Verdict[];
}

interface Telling extends Story {
  /** The operation that went wrong. */
  offence: number;
  /** All operations that the story tells. */
  told: ReadonlySet<number>;
}

/** The first violations of the verdicts, each once, in the order of the verdicts. */
export function storiesOf(history: HistoryColumns, verdicts: readonly Verdict[]): Story[] {
  const stories: Telling[] = [];
  for (const verdict of verdicts) {
    const [violation] = verdict.violations;
    if (violation === undefined) continue;
    const known = stories.find((story) => verdict.violations.some((each) => isToldBy(story, each, history)));
    if (known === undefined) addStory(stories, tellingOf(history, verdict, violation), history);
    else known.alsoBroken.push(verdict);
  }
  return stories.map(({ verdict, violation, alsoBroken }) => ({ verdict, violation, alsoBroken }));
}

function tellingOf(history: HistoryColumns, verdict: Verdict, violation: Violation): Telling {
  const told = new Set(explainedEvents(history, violation).map((event) => operationOf(history, event)));
  return { verdict, violation, alsoBroken: [], offence: offenceOf(history, violation), told };
}

/** A story that tells all of an earlier one takes its place: the commit that went back is the cause of what was seen. */
function addStory(stories: Telling[], story: Telling, history: HistoryColumns): void {
  const at = stories.findIndex(({ violation }) => isToldBy(story, violation, history));
  if (at === -1) {
    stories.push(story);
    return;
  }
  const { verdict, alsoBroken } = itemAt(stories, at);
  stories[at] = { ...story, alsoBroken: [verdict, ...alsoBroken] };
}

function isToldBy(story: Telling, violation: Violation, history: HistoryColumns): boolean {
  if (offenceOf(history, violation) === story.offence) return true;
  return violation.events.every((event) => story.told.has(operationOf(history, event)));
}

/** Violations name the offending event last. */
function offenceOf(history: HistoryColumns, { events }: Violation): number {
  return operationOf(history, itemAt(events, events.length - 1));
}

/** One number for all events of an operation; a show belongs to the read that it shows. */
function operationOf(history: HistoryColumns, event: number): number {
  const { code, length, mate } = history;
  if (code.get(event) >> 2 === SHOW) {
    const { read } = history.eventAt(event);
    return typeof read === 'number' && read >= 0 && read < length ? operationOf(history, read) : event;
  }
  const other = mate.get(event);
  return other === NONE ? event : Math.max(event, other);
}
