/** Judges histories and reports each to a reporter: the work of `check`. */
import type { PropertyName } from '../checker/properties.ts';
import { leaveOutNotJudged } from '../checker/compose.ts';
import { foldValidity, type CheckOptions, type Validity, type Verdict } from '../checker/verdict.ts';
import { realClock, type Clock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryHeader } from '../history/event.ts';
import { incidentOf } from '../incident/violation-incident.ts';
import { PartedHistory } from '../history/parted-history.ts';
import { select, unknownNames, type Selection } from '../history/selection.ts';
import type { Incident } from '../port/incident.ts';
import type { JudgedRun, LogLines, Reporter } from '../port/reporter.ts';
import type { Untested } from './evidence.ts';
import { eventsToReport } from './events-to-report.ts';
import { judgeRun, judgeRunInParts, propertyNames, requireProperties, type RunJudgement } from './judgement.ts';
import type { RequestedByPlan } from './promised.ts';
import { reportingEnd } from './reporting-end.ts';

export interface HistoryFile {
  file: string;
  history: HistoryColumns | PartedHistory;
  /** Of a history in parts: frees its temporary files. */
  close?: () => void;
  /** For logs. */
  log?: LogLines;
  /** The detected format, if it is not the default. */
  recognised?: string;
  /** What was assumed, in sentences. */
  notes?: readonly string[];
  /** The properties that are judged by default in its format. */
  properties?: readonly string[];
  /** Why these are not all, for a note. */
  propertiesReason?: string;
  /** The properties whose verdict would depend on the clocks of different files. */
  dependsOnClocks?: readonly string[];
}

/** A file that is loaded when it is its turn to be judged, and can be released afterwards. */
export interface HistoryToLoad {
  file: string;
  /** @throws UsageError for a file that cannot be read, or is not valid */
  load(): Promise<HistoryFile>;
}

export interface CheckHistoriesOptions {
  files: readonly HistoryToLoad[];
  /** Only these keys and sessions; all if neither is given. */
  selection: Selection;
  /** The properties to judge; `undefined`: those of the plan, or every property if the history has no plan. */
  properties: readonly PropertyName[] | undefined;
  /** Bounds that override those of the plan. Called for each file, since its time limit starts then. */
  bounds(): CheckOptions;
  reporter: Reporter;
}

/**
 * Each file is loaded, judged and reported before the next one is loaded, so that memory holds one history.
 * @returns the combined verdict
 * @throws UsageError for a file that is not valid, and for a key or session that no history has
 */
export async function checkHistories(options: CheckHistoriesOptions): Promise<Validity> {
  const { files, reporter } = options;
  const names = new NamesInNoFile(options.selection);
  return reportingEnd(reporter, realClock(), async (judged) => {
    const titles = files.map(({ file }) => ({ file }));
    await reporter.begin?.({ verb: 'check', titles, leftOut: [], defaults: {} });
    for (const [at, { load }] of files.entries()) {
      const file = await load();
      try {
        names.strike(file.history);
        if (at === files.length - 1) names.refuse();
        const checked = await checkOne(file, options);
        judged.push(checked.valid);
        await reporter.ran?.(checked);
      } finally {
        file.close?.();
      }
    }
  });
}

async function checkOne(file: HistoryFile, options: CheckHistoriesOptions): Promise<JudgedRun> {
  const { history } = file;
  return history instanceof PartedHistory ? checkInParts(file, history, options) : checkWhole(file, history, options);
}

async function checkWhole(
  source: HistoryFile,
  whole: HistoryColumns,
  options: CheckHistoriesOptions,
): Promise<JudgedRun> {
  const { properties: ofFormat } = source;
  const asked = await askedBy(whole.header);
  const clock = realClock();
  const history = hasNames(options.selection) ? select(whole, options.selection) : whole;
  const fromPlan = options.properties === undefined ? asked : undefined;
  const bounds = { ...fromPlan?.options, ...options.bounds() };
  const wanted = options.properties ?? asked?.properties;
  const all = ofFormat === undefined ? propertyNames() : requireProperties(ofFormat);
  const untested = asked?.untestedIn(whole, options.selection);
  const judged = withoutClocks(
    wanted === undefined ? judgeRun(history, all, bounds) : judgeRun(history, wanted, bounds, untested),
    source,
  );
  const judgement = wanted === undefined ? leaveOutNotJudged(judged) : judged;
  const checked = checkedFile(source, judgement, history.length, clock);
  const notes = wanted === undefined ? withReason(checked.notes, source) : checked.notes;
  const incident = source.log === undefined ? undefined : incidentOf(history, judgement.verdicts);
  return withIncident({ ...checked, ...judgement, history, plan: asked?.plan, notes }, incident);
}

/** A history in parts has no plan. */
function checkInParts(source: HistoryFile, parted: PartedHistory, options: CheckHistoriesOptions): JudgedRun {
  const clock = realClock();
  const { selection, properties } = options;
  const restricted = (part: HistoryColumns): HistoryColumns => (hasNames(selection) ? select(part, selection) : part);
  const all = source.properties === undefined ? propertyNames() : requireProperties(source.properties);
  const judged = withoutClocks(judgeRunInParts(parted, properties ?? all, options.bounds(), restricted), source);
  const judgement = properties === undefined ? leaveOutNotJudged(judged) : judged;
  const { history, verdicts } = eventsToReport(parted, judgement.verdicts);
  const checked = checkedFile(source, judgement, parted.length, clock);
  const note = `judged in parts: the reports contain ${history.length} of ${parted.length} events`;
  const notes = properties === undefined ? withReason(checked.notes, source) : checked.notes;
  const incident = source.log === undefined ? undefined : incidentOf(history, verdicts);
  const run = { ...checked, ...judgement, verdicts, history, events: parted.length, notes: [...notes, note] };
  return withIncident(run, incident);
}

function withIncident(run: JudgedRun, incident: Incident | undefined): JudgedRun {
  return incident === undefined ? run : { ...run, incident, record: { ...run.record, incident } };
}

/** Neither a violation nor its absence follows from an order that only the clocks of different files make. */
function withoutClocks(judgement: RunJudgement, { dependsOnClocks = [] }: HistoryFile): RunJudgement {
  const verdicts = judgement.verdicts.map((verdict): Verdict => {
    const { property, isNotJudged } = verdict;
    if (isNotJudged === true || !dependsOnClocks.includes(property)) return verdict;
    return { property, valid: 'unknown', violations: [], judged: 0, isNotJudged: true, reason: CLOCKS_UNKNOWN };
  });
  return { ...judgement, verdicts, valid: foldValidity(verdicts.map(({ valid }) => valid)) };
}

const CLOCKS_UNKNOWN = 'it compares events of different files, whose clocks may differ';

/** The notes, and why not all properties are judged by default. */
function withReason(notes: readonly string[], { propertiesReason }: HistoryFile): readonly string[] {
  return propertiesReason === undefined ? notes : [...notes, propertiesReason];
}

function checkedFile(
  { file, log, recognised, notes = [] }: HistoryFile,
  judgement: RunJudgement,
  events: number,
  clock: Clock,
): Omit<JudgedRun, 'valid' | 'verdicts' | 'history'> {
  return {
    file,
    expected: undefined,
    plan: undefined,
    incomplete: undefined,
    notes: [...(recognised === undefined ? [] : [`read as ${recognised}`]), ...notes],
    planFile: undefined,
    historyFile: file,
    replay: undefined,
    durationMs: Math.round(clock.now() / 1e6),
    ...(log === undefined ? {} : { log }),
    record: { file, ...(recognised === undefined ? {} : { format: recognised }), events, ...log, ...judgement },
  };
}

interface PlannedRun extends RequestedByPlan {
  untestedIn(history: HistoryColumns, selection: Selection): Untested | undefined;
}

/** Loads the code that knows plans only if the history has one. */
async function askedBy(header: HistoryHeader | undefined): Promise<PlannedRun | undefined> {
  if (header?.['plan'] === undefined) return undefined;
  const [{ requestedByPlan }, { findUntested }] = await Promise.all([import('./promised.ts'), import('./evidence.ts')]);
  const asked = requestedByPlan(header);
  if (asked === undefined) return undefined;
  return { ...asked, untestedIn: (history, selection) => findUntested(history, asked.plan, selection) };
}

/** The names of a selection that occur in no file so far: the verdict on an empty selection would always be true. */
class NamesInNoFile {
  readonly #selection: Selection;
  #keys: readonly string[];
  #sessions: readonly string[];

  constructor(selection: Selection) {
    this.#selection = selection;
    this.#keys = selection.keys ?? [];
    this.#sessions = selection.sessions ?? [];
  }

  strike(history: HistoryColumns | PartedHistory): void {
    if (!hasNames(this.#selection)) return;
    for (const part of history instanceof PartedHistory ? history.withFaults() : [history]) {
      this.#keys = unknownNames(part, { keys: this.#keys });
      this.#sessions = unknownNames(part, { sessions: this.#sessions });
    }
  }

  /** @throws UsageError if there is such a name */
  refuse(): void {
    const [what, name] = this.#keys.length > 0 ? ['key', this.#keys[0]] : ['session', this.#sessions[0]];
    if (name !== undefined) throw new UsageError('selection-empty', `no history has the ${what} "${name}"`);
  }
}

function hasNames({ keys, sessions }: Selection): boolean {
  return keys !== undefined || sessions !== undefined;
}
