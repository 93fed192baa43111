/** Describes a search and its result as text. */
import { paceText, rateText } from '../pace.ts';
import type { ConfirmingRun, FoundPlan, JudgedExploration } from '../port/reporter.ts';
import { describeJudged, isKnown, isSurprise } from './expected-words.ts';
import type { Palette } from './palette.ts';
import { describeExhaustive } from './exhaustive-text.ts';
import { describeFailedCheck } from './check-text.ts';
import { describePlan } from './plan-text.ts';
import { describeBody } from './run-text.ts';
import { describeCode } from './code-text.ts';
import { validityMark } from './verdict-text.ts';

interface Tally {
  runs: number;
  runsPerSecond: number;
  coverage: JudgedExploration['coverage'];
}

/** When a search ends that finds nothing: at the first of its limits. */
interface SearchLimits {
  runsMax: number | undefined;
  timeMs: number | undefined;
}

export function describeProgress(tally: Tally & { state: string }, { runsMax, timeMs }: SearchLimits): string {
  const { state, runs, runsPerSecond, coverage } = tally;
  const of = runsMax === undefined ? '' : ` of ${runsMax}`;
  const untilRuns = runsMax === undefined ? Number.POSITIVE_INFINITY : (runsMax - runs) / runsPerSecond;
  const untilTime = timeMs === undefined ? Number.POSITIVE_INFINITY : timeMs / 1_000 - runs / runsPerSecond;
  const isMeasured = state === 'searching' && runsPerSecond > 0;
  const pace = paceText(runsPerSecond, 'plans', isMeasured ? Math.min(untilRuns, untilTime) : undefined);
  return `${state}  ${runs}${of} plans${pace}, ${Object.keys(coverage).length} kinds of deviations`;
}

/** What was tried and, if a plan was found, the smallest plan, its counterexample and the replay command. */
export async function describeExploration(
  exploration: JudgedExploration,
  palette: Palette,
  isVerbose: boolean,
): Promise<string[]> {
  const { found } = exploration;
  const lines = describeSearch(exploration, palette);
  return found === undefined ? lines : [...lines, ...(await describeFinding(found, palette, isVerbose))];
}

/** The result and what was tried, without the plan that was found. */
export function describeSearch(exploration: JudgedExploration, palette: Palette): string[] {
  const { exhaustive } = exploration;
  if (exhaustive !== undefined) return describeExhaustive({ ...exploration, exhaustive }, palette);
  const { runs, untested, untestedReason = '', warning, failedCheck } = exploration;
  return [
    describeResult(exploration, palette),
    palette.dim(`  deviations tried: ${coverageOf(exploration)}`),
    ...(exploration.pairs.length === 0 ? [] : [palette.dim(`  ${describePairs(exploration.pairs)}`)]),
    ...(exploration.code === undefined ? [] : describeCode(exploration.code).map((line) => palette.dim(`  ${line}`))),
    ...(untested === 0 ? [] : [`  ${untested} of ${runs} plans tested nothing; the first: ${untestedReason}`]),
    ...(warning === undefined ? [] : [palette.yellow(`  warning: ${warning}`)]),
    ...(failedCheck === undefined ? [] : [`  mistake: ${describeFailedCheck(failedCheck)}`]),
    ...(isKnown(exploration) ? ['  note: the search ended at this known violation, and tried no plan after it'] : []),
  ];
}

function describeResult(exploration: JudgedExploration, palette: Palette): string {
  const { runs, elapsedMs, found, isInterrupted, isDeterminismCheck, valid } = exploration;
  const plans = `${runs} plan${runs === 1 ? '' : 's'}${isDeterminismCheck ? ' twice' : ''}`;
  const nothing = isDeterminismCheck ? 'no second run differed from the first' : 'nothing found';
  const end = isInterrupted ? palette.yellow(', interrupted') : '';
  const spent = `${plans} in ${(elapsedMs / 1e3).toFixed(1)} s, ${speed(exploration)}${end}`;
  const verdict = describeVerdict(exploration);
  const isUnexpected = isSurprise(valid, exploration.expected);
  const parts = [
    `${validityMark(valid, palette)} ${found === undefined ? nothing : 'found'}`,
    spent,
    ...(verdict === undefined ? [] : [isUnexpected ? palette.yellow(verdict) : verdict]),
  ];
  return parts.join('   ');
}

/** A search that finds nothing proves nothing: its verdict is printed only if one was expected. */
function describeVerdict(exploration: JudgedExploration): string | undefined {
  const { valid, expected, scenario = '', isDeterminismCheck } = exploration;
  if (valid !== true) return describeJudged(exploration);
  if (isDeterminismCheck || expected === undefined) return undefined;
  return expected ? 'as expected' : `though ${scenario} expects a violation`;
}

function coverageOf({ coverage }: JudgedExploration): string {
  const kinds = Object.entries(coverage).sort(([, a = 0], [, b = 0]) => b - a);
  return kinds.length === 0 ? 'none' : kinds.map(([kind, count]) => `${kind} ${count}`).join(', ');
}

const NAMED_MAX = 6;

/** How many pairs of a deviation and a phase were tried, and which were not, of the kinds that have several phases. */
function describePairs(pairs: readonly string[]): string {
  const split = pairs.map((pair) => pair.split('/')).filter(([, phase]) => phase !== 'start');
  const kinds = new Set(split.map(([kind]) => kind));
  const phases = [...new Set(split.map(([, phase]) => phase))];
  const all = [...kinds].flatMap((kind) => phases.map((phase) => `${kind}/${phase}`));
  const missing = all.filter((pair) => !pairs.includes(pair));
  const tried = `deviations and phases tried: ${pairs.length} pairs`;
  if (missing.length === 0) return `${tried}, all of these kinds`;
  const more = missing.length > NAMED_MAX ? ` and ${missing.length - NAMED_MAX} more` : '';
  return `${tried}, not ${missing.slice(0, NAMED_MAX).join(', ')}${more}`;
}

/** A run without the state of the others says nothing. */
const SURVIVES = 'state survives between runs';

async function describeFinding(found: FoundPlan, palette: Palette, isVerbose: boolean): Promise<string[]> {
  const [simulated, ...others] = found.failing.what.startsWith(SURVIVES) ? [] : found.runs;
  const last = others.at(-1);
  const body = async (run: ConfirmingRun | undefined): Promise<string[]> =>
    run === undefined ? [] : describeBody(run, { palette, showsLines: false, showsPlan: false, showsEach: isVerbose });
  const lines = [
    ...(await body(simulated)),
    ...(last === undefined ? [] : [describeConfirmation(last, palette)]),
    ...(await body(last)),
    ...(found.confirm === undefined ? [] : [`confirm: ${found.confirm}`]),
    ...(found.keptAs === undefined ? [] : [`kept as: ${found.keptAs}`]),
  ];
  return [describeFound(found, palette), ...lines.map((line) => line.replaceAll(/^/gm, '  '))];
}

function describeConfirmation({ isConfirmed, backend, attempt }: ConfirmingRun, palette: Palette): string {
  const times = attempt === 1 ? '' : ` in ${isConfirmed ? 'attempt ' : ''}${attempt}${isConfirmed ? '' : ' attempts'}`;
  return isConfirmed
    ? `${palette.bold(`confirmed on ${backend}`)}${times}`
    : palette.yellow(`not confirmed on ${backend}${times}: its timing differed, see the history`);
}

/** The smallest plan that was found. */
export function describeFound(
  {
    plan,
    failing,
    isShrunk,
    shrinkRuns,
    runs,
    steadiness,
  }: Pick<FoundPlan, 'plan' | 'failing' | 'isShrunk' | 'shrinkRuns' | 'runs' | 'steadiness'>,
  palette: Palette,
): string {
  const isViolation = failing.kind === 'violation' && steadiness !== undefined;
  const steady = isViolation ? `, fails under ${steadiness} of 4 other timings` : '';
  const shrunk = shrinkRuns === 0 ? 'no plan with fewer deviations' : `shrunk in ${shrinkRuns} plans`;
  const how = isShrunk ? shrunk : 'not shrunk to the end';
  const size =
    `${plan.generations.length} generations, ${plan.observers.length} tabs, ${plan.faults.length} faults`.replaceAll(
      /\b1 (\w+)s\b/g,
      '1 $1',
    );
  return [
    `  ${palette.bold(failing.what)} (${how}: ${size}${steady})`,
    ...describePlan(plan, runs[0]?.history.header).map((line) => palette.dim(`  ${line}`)),
  ].join('\n');
}

function speed({ runsPerSecond }: Tally): string {
  return `${rateText(runsPerSecond)} plans/s`;
}
