/** Makes the data of a run for the page of a report. Names and messages are printable; the history is as recorded. */
import { deflateRawSync } from 'node:zlib';
import { worstFirst, type Verdict } from '../../checker/verdict.ts';
import { formatEvent, formatHeader } from '../../history/codec.ts';
import { asColumns } from '../../history/columns-builder.ts';
import type { HistoryColumns } from '../../history/columns.ts';
import type { JudgedRun } from '../../port/reporter.ts';
import type { Plan } from '../../plan/plan.ts';
import { itemAt } from '../../required.ts';
import { shortPath } from '../../short-path.ts';
import { describeFailedCheck } from '../check-text.ts';
import { describeLoad, describeSlice } from '../load-text.ts';
import { describeViolation, explainedEvents } from '../counterexample.ts';
import { describeJudged } from '../expected-words.ts';
import { describeMeasured } from '../measured.ts';
import { describePlan } from '../plan-text.ts';
import { printable, printableData } from '../printable.ts';
import { printableRun } from '../printable-reporter.ts';
import { timelineEvents } from '../svg/timeline-events.ts';
import { faultName, readFaults } from '../svg/timeline-faults.ts';
import { groupViolations, type ViolationGroup } from '../violation-groups.ts';
import { encodeColumns } from './column-codec.ts';
import type { EventsData, FaultRowData, RunData, StoryData } from './page-data.ts';

/** Further violations of a property that a page lists. */
const OTHERS_MAX = 50;

/** @param name the title of the run */
export function runData(recorded: JudgedRun, name: string): RunData {
  const history = asColumns(recorded.history);
  const run = printableRun(recorded);
  const { valid, plan, durationMs, replay, historyFile } = run;
  return {
    name,
    valid,
    words: describeJudged(run),
    durationMs,
    stories: storiesOf(asColumns(run.history), run.verdicts),
    properties: run.verdicts.map((verdict) => ({
      property: verdict.property,
      valid: verdict.valid,
      text: textOf(verdict),
    })),
    notJudged: (run.notJudged ?? []).map(({ property, reason = '' }) => ({ property, reason })),
    notes: notesOf(run),
    planLines: plan === undefined ? [] : describePlan(plan, run.history.header),
    plan: recorded.plan === undefined ? undefined : `${JSON.stringify(recorded.plan, undefined, 2)}\n`,
    replay,
    historyFile: historyFile === undefined ? undefined : shortPath(historyFile),
    faults: faultsOf(history),
    faultWords: faultWordsOf(history),
    instances: instancesOf(plan),
    events: eventsOf(history),
    history: compressed(linesOf(history)),
  };
}

function textOf(verdict: Verdict): string {
  if (verdict.valid === true) return describeMeasured(verdict) ?? `${verdict.judged} judged`;
  if (verdict.valid === 'unknown') return verdict.reason ?? 'inconclusive';
  return worstFirst(verdict)[0]?.sentence ?? 'violated';
}

function notesOf({ untested = [], failedCheck, attempts, notes, incomplete, log, load }: JudgedRun): string[] {
  const skipped = (log?.skipped ?? []).map(
    ({ reason, count, line }) => `${count} lines: ${reason}, first at line ${line}`,
  );
  return [
    ...(incomplete === undefined ? [] : [`stopped: ${incomplete.message}`]),
    ...untested,
    ...(failedCheck === undefined ? [] : [`mistake: ${describeFailedCheck(failedCheck)}`]),
    ...(attempts?.differences ?? []).map((difference) => `differs: ${difference}`),
    ...notes,
    ...(load === undefined ? [] : [...describeLoad(load), ...load.slices.map(describeSlice)]),
    ...skipped,
  ];
}

/** The first story is that of the violation of the heading. */
function storiesOf(history: HistoryColumns, verdicts: readonly Verdict[]): StoryData[] {
  const violated = verdicts.filter(({ valid }) => valid === false);
  return groupViolations(history, violated).map((group) => storyOf(history, group));
}

function storyOf(history: HistoryColumns, { verdict, violation, alsoBroken }: ViolationGroup): StoryData {
  const lines = describeViolation(history, violation);
  const events = explainedEvents(history, violation);
  return {
    property: verdict.property,
    sentence: violation.sentence,
    session: violation.session,
    key: violation.key,
    events: violation.events,
    lines: lines.map((line, at) => ({ event: itemAt(events, at), ...line })),
    alsoBroken: alsoBroken.map(({ property }) => property),
    others: worstFirst(verdict)
      .slice(1, OTHERS_MAX + 1)
      .map(({ sentence, session, key, events }) => ({ sentence, session, key, events })),
  };
}

function faultsOf(history: HistoryColumns): FaultRowData[] {
  return readFaults(history).map(({ label, spans }) => ({
    label: printable(label),
    spans: spans.map(({ begin, end }) => [finite(begin), finite(end)]),
  }));
}

function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}

function faultWordsOf(history: HistoryColumns): RunData['faultWords'] {
  const words: RunData['faultWords'] = [];
  for (let at = 0; at < history.length; at++) {
    if (!history.isFault(at)) continue;
    const event = history.eventAt(at);
    const phase = event.phase === 'begin' ? ' begins' : event.phase === 'end' ? ' ends' : '';
    words.push([at, printable(`${faultName(event)}${phase}`)]);
  }
  return words;
}

function instancesOf(plan: Plan | undefined): Record<string, number> {
  if (plan === undefined) return {};
  return Object.fromEntries([
    ...plan.generations.map(({ worker, instance }) => [worker, instance] as const),
    ...plan.observers.map(({ session, instance }) => [session, instance] as const),
  ]);
}

function eventsOf(history: HistoryColumns): EventsData {
  const events = timelineEvents(history);
  const { length, views, nodes, recordsShows } = events;
  return { length, ...printableData({ views, nodes }), recordsShows, columns: compressed([encodeColumns(events)]) };
}

function* linesOf({ header, length, eventAt }: HistoryColumns): Generator<Uint8Array> {
  if (header !== undefined) yield Buffer.from(`${formatHeader(header)}\n`);
  for (let at = 0; at < length; at++) yield Buffer.from(`${formatEvent(eventAt(at))}\n`);
}

function compressed(parts: Iterable<Uint8Array>): string {
  return deflateRawSync(Buffer.concat([...parts])).toString('base64');
}
