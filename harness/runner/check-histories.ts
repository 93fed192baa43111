/** Judges histories and tells a reporter of each: what `check` does. */
import type { PropertyName } from '../checker/properties.ts';
import type { CheckOptions, Validity } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryHeader } from '../history/event.ts';
import { select, unknownNames, type Selection } from '../history/selection.ts';
import type { JudgedRun, LogLines, Reporter } from '../port/reporter.ts';
import { judgeRun, propertyNames, requireProperties } from './judgement.ts';
import type { AskedByPlan } from './promised.ts';
import { reportingEnd } from './reporting-end.ts';

export interface HistoryFile {
  file: string;
  history: HistoryColumns;
  /** Of a log. */
  log?: LogLines;
  /** The format that the file was recognised as, where that is worth telling. */
  recognised?: string;
  /** What its format says is judged, where neither the command line nor a mapping does. */
  properties?: readonly string[];
}

export interface CheckHistoriesOptions {
  files: readonly HistoryFile[];
  /** Only these keys and sessions; all if neither is given. */
  selection: Selection;
  /** What to judge; `undefined`: what the plan of a run promises, and every property of a history without a plan. */
  properties: readonly PropertyName[] | undefined;
  /** Bounds, over those of the plan. Asked for each file, since a time-out begins with it. */
  bounds(): CheckOptions;
  reporter: Reporter;
}

/**
 * @returns all verdicts together
 * @throws UsageError for a key or session that no history has
 */
export async function checkHistories(options: CheckHistoriesOptions): Promise<Validity> {
  const { files, reporter } = options;
  requireNames(options);
  return reportingEnd(reporter, realClock(), async (judged) => {
    const titles = files.map(({ file }) => ({ file }));
    await reporter.begin?.({ verb: 'check', titles, leftOut: [], defaults: {} });
    for (const file of files) {
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
  const usual = ofFormat === undefined ? asked?.properties : requireProperties(ofFormat);
  const properties = options.properties ?? usual ?? propertyNames();
  const judgement = judgeRun(history, properties, { ...fromPlan?.options, ...options.bounds() });
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

/** A history without a plan is judged without loading what knows plans. */
async function askedBy(header: HistoryHeader | undefined): Promise<AskedByPlan | undefined> {
  if (header?.['plan'] === undefined) return undefined;
  return (await import('./promised.ts')).askedByPlan(header);
}

/** A name that no file knows is a mistake: a verdict on nothing would always be good. */
function requireNames({ files, selection }: CheckHistoriesOptions): void {
  if (!hasNames(selection)) return;
  const [first, ...rest] = files.map(({ history }) => unknownNames(history, selection));
  const nowhere = first?.find((name) => rest.every((names) => names.includes(name)));
  if (nowhere === undefined) return;
  const what = selection.keys?.includes(nowhere) === true ? 'key' : 'session';
  throw new UsageError('selection-empty', `no history has the ${what} "${nowhere}"`);
}

function hasNames({ keys, sessions }: Selection): boolean {
  return keys !== undefined || sessions !== undefined;
}
