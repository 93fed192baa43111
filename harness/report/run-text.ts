/** Formats a judged run as text: one line if it passed, all details if it did not. */
import { RatchetError } from '../errors.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { JudgedRun, LogLines } from '../port/reporter.ts';
import { shortPath } from '../short-path.ts';
import { describeAttempts, describeJudged, isSurprise } from './expected-words.ts';
import { describeFailedCheck } from './check-text.ts';
import { describeLoad, describeSlices } from './load-text.ts';
import type { Palette } from './palette.ts';
import { describeIncident } from './incident-text.ts';
import { quotedLines } from './printable.ts';
import { formatVerdicts, validityMark } from './verdict-text.ts';

/** `✓ lagging-replica  guarded  1.2 s`, with an unexpected verdict and the number of notes. */
export function describeHead(
  run: JudgedRun,
  words: readonly string[],
  { palette, isShort }: { palette: Palette; isShort: boolean },
): string {
  const { valid, expected, notes, log, file, history, untested } = run;
  const passes = valid === true && !isSurprise(valid, expected);
  const verdict = valid === 'unknown' && untested !== undefined ? untested[0]! : describeJudged(run);
  const parts = [
    ...words,
    ...(file === undefined
      ? []
      : [log === undefined ? count(run.events ?? asColumns(history).length, 'event') : describeLines(log)]),
    palette.dim(describeDuration(run.durationMs)),
    ...(passes && run.attempts !== undefined ? [describeAttempts(run.attempts)] : []),
    ...(passes ? [] : [isSurprise(valid, expected) ? palette.yellow(verdict) : verdict]),
    ...(isShort && notes.length > 0 ? [palette.dim(`${count(notes.length, 'note')} (--verbose)`)] : []),
  ];
  return `${validityMark(valid, palette)} ${parts.join('  ')}`;
}

export interface BodyOptions {
  palette: Palette;
  /** Prints how many lines of a log were judged; the head line of a run has this too. */
  showsLines: boolean;
  showsPlan: boolean;
  /** Prints a line for each property that holds, with its measurements. */
  showsEach: boolean;
  /** Prints what was shown over time. */
  showsTimeline?: boolean;
}

/** The plan, the violations, the reasons, the saved files and, last, the replay command. */
export async function describeBody(run: JudgedRun, options: BodyOptions): Promise<string[]> {
  const { palette, showsLines, showsPlan, showsEach, showsTimeline = false } = options;
  const {
    plan,
    history,
    incomplete,
    untested,
    failedCheck,
    attempts,
    notes,
    file,
    historyFile,
    replay,
    valid,
    log,
    incident,
  } = run;
  return [
    ...(showsPlan && plan !== undefined ? await planLines(run, palette) : []),
    ...(showsTimeline ? await timelineLines(run, palette) : []),
    ...(log === undefined ? [] : describeLog(log, showsLines).map((line) => palette.dim(line))),
    ...(run.load === undefined
      ? []
      : [...describeLoad(run.load), ...(valid === true && !showsEach ? [] : describeSlices(run.load))]),
    ...formatVerdicts(history, run, {
      palette,
      held: showsEach ? 'each' : 'names',
      knownReason: untested?.[0] ?? incomplete?.message,
    }),
    ...(incident === undefined ? [] : describeIncident(incident, palette)),
    ...(untested ?? []).slice(valid === 'unknown' ? 1 : 0).map((reason) => `note:    ${reason}`),
    ...(failedCheck === undefined ? [] : [`mistake: ${describeFailedCheck(failedCheck)}`]),
    ...(attempts?.differences ?? []).map((difference) => `differs: ${difference}`),
    ...notes.map((note) => `note:    ${note}`),
    ...(incomplete === undefined ? [] : describeStop(incomplete)),
    ...(historyFile === undefined || file !== undefined ? [] : [`history: ${shortPath(historyFile)}`]),
    ...(valid === true || replay === undefined ? [] : [`replay:  ${replay}`]),
  ];
}

/** Loaded on demand: `check` does not load the code that knows plans. */
async function planLines({ plan, history }: JudgedRun, palette: Palette): Promise<string[]> {
  const { describePlan } = await import('./plan-text.ts');
  return describePlan(plan!, history.header).map((line) => palette.dim(line));
}

/** Loaded on demand, like the plan. */
async function timelineLines({ history, verdicts }: JudgedRun, palette: Palette): Promise<string[]> {
  const { describeTimelineText } = await import('./timeline-text.ts');
  return describeTimelineText(history, verdicts).map((line) => palette.dim(line));
}

/** The error with its hint; the lines of a stack, or of the output of a server, follow. */
function describeStop(error: Error): string[] {
  const [first = '', ...others] = quotedLines(error.message.trim());
  const hint = error instanceof RatchetError && error.hint !== undefined ? error.hint : undefined;
  const line = hint === undefined ? first : `${first.replace(/\.$/, '')} — ${hint}`;
  return [`stopped: ${line}`, ...others];
}

function describeLog(log: LogLines, showsLines: boolean): string[] {
  const reasons = log.skipped.map((each) => `${each.count}: ${each.reason}, first at ${placeWords(each)}`);
  return showsLines ? [describeLines(log), ...reasons.map((reason) => `  ${reason}`)] : reasons;
}

function placeWords({ line, file }: LogLines['skipped'][number]): string {
  return file === undefined ? `line ${line}` : `line ${line} of ${file}`;
}

function describeLines({ lines, skipped }: LogLines): string {
  return `${lines} lines, ${skipped.reduce((sum, { count }) => sum + count, 0)} skipped`;
}

/** `1.2 s`; below a tenth of a second in milliseconds. */
export function describeDuration(milliseconds: number): string {
  return milliseconds < 100 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1e3).toFixed(1)} s`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
