/** Judges histories and reports each to a reporter: the work of `check`. */
import type { PropertyName } from '../checker/properties.ts';
import { leaveOutNotJudged } from '../checker/compose.ts';
import type { CheckOptions, Validity } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryHeader } from '../history/event.ts';
import { select, unknownNames, type Selection } from '../history/selection.ts';
import type { JudgedRun, LogLines, Reporter } from '../port/reporter.ts';
import type { Untested } from './evidence.ts';
import { judgeRun, propertyNames, requireProperties } from './judgement.ts';
import type { RequestedByPlan } from './promised.ts';
import { reportingEnd } from './reporting-end.ts';

export interface HistoryFile {
  file: string;
  history: HistoryColumns;
  /** For logs. */
  log?: LogLines;
  /** The detected format, if it is not the default. */
  recognised?: string;
  /** The properties that are judged by default in its format. */
  properties?: readonly string[];
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
      names.strike(file.history);
      if (at === files.length - 1) names.refuse();
      const checked = await checkOne(file, options);
      judged.push(checked.valid);
      await reporter.ran?.(checked);
    }
  });
}

async function checkOne(
  { file, history: whole, log, recognised, properties: ofFormat }: HistoryFile,
  options: CheckHistoriesOptions,
): Promise<JudgedRun> {
  const asked = await askedBy(whole.header);
  const clock = realClock();
  const history = hasNames(options.selection) ? select(whole, options.selection) : whole;
  const fromPlan = options.properties === undefined ? asked : undefined;
  const bounds = { ...fromPlan?.options, ...options.bounds() };
  const wanted = options.properties ?? asked?.properties;
  const all = ofFormat === undefined ? propertyNames() : requireProperties(ofFormat);
  const untested = asked?.untestedIn(whole, options.selection);
  const judgement =
    wanted === undefined
      ? leaveOutNotJudged(judgeRun(history, all, bounds))
      : judgeRun(history, wanted, bounds, untested);
  return {
    file,
    ...judgement,
    expected: undefined,
    history,
    plan: asked?.plan,
    incomplete: undefined,
    notes: recognised === undefined ? [] : [`read as ${recognised}`],
    planFile: undefined,
    historyFile: file,
    replay: undefined,
    durationMs: Math.round(clock.now() / 1e6),
    ...(log === undefined ? {} : { log }),
    record: {
      file,
      ...(recognised === undefined ? {} : { format: recognised }),
      events: history.length,
      ...log,
      ...judgement,
    },
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

  strike(history: HistoryColumns): void {
    if (!hasNames(this.#selection)) return;
    this.#keys = unknownNames(history, { keys: this.#keys });
    this.#sessions = unknownNames(history, { sessions: this.#sessions });
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
