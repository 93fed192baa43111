/** Describes an exhaustive search as text: a statement about all plans near a base. */
import { paceText } from '../pace.ts';
import type { ExhaustiveSearch, JudgedExploration } from '../port/reporter.ts';
import type { Palette } from './palette.ts';
import { describePlan } from './plan-text.ts';
import { describeDuration } from './run-text.ts';
import { validityMark } from './verdict-text.ts';

type Searched = JudgedExploration & { exhaustive: ExhaustiveSearch };

/** What was tried, what was not, and the verdict; without the counterexample. */
export function describeExhaustive(searched: Searched, palette: Palette): string[] {
  const { exhaustive, untested, untestedReason = '', valid } = searched;
  const { distinctTraces, idle, broken, leftOut, resume, plan } = exhaustive;
  const alphabet = Object.entries(searched.coverage).map(([kind, count]) => `${kind} ${count}`);
  const header = searched.found?.runs[0]?.history.header;
  const dim = (line: string): string => palette.dim(`  ${line}`);
  return [
    `${validityMark(valid, palette)} ${statementOf(searched)}   ${spentOn(searched)}`,
    ...(valid === true ? [] : describePlan(plan, header).map(dim)),
    dim(`deviations  ${alphabet.join(', ') || 'none'}`),
    dim(`runs        ${thousands(distinctTraces)} of them differ in more than their times; no plans were merged`),
    ...(idle === 0 ? [] : [dim(`            in ${thousands(idle)} of them no row was written`)]),
    dim(`left out    ${leftOut.join('; ')}`),
    ...(untested === 0 ? [] : [`  untested    plans: ${thousands(untested)}, the first: ${untestedReason}`]),
    ...(broken === 0 ? [] : [`  not judged  plans whose runs were not complete: ${thousands(broken)}`]),
    ...(resume === undefined ? [] : [`  continue with ${resume}`]),
  ];
}

/** The result in one sentence, which claims no more than was tried. */
export function statementOf(searched: Searched): string {
  const { valid, exhaustive, runs, found, isInterrupted } = searched;
  const { deviationsMax, base, plan, plans, plansOfAll, shard } = exhaustive;
  const where = `within ${deviationsMax} deviation${deviationsMax === 1 ? '' : 's'} of "${base}"`;
  if (valid === false) {
    const count = plans === undefined ? '' : ` of ${thousands(plans)}`;
    return `${found?.failing.what} is violated ${where}: found after ${thousands(runs)}${count} plans`;
  }
  const what = `no violation of ${listOf(plan.properties)} ${where}`;
  const total = plans === undefined ? 'uncounted' : thousands(plans);
  if (isInterrupted) return `${what} so far: interrupted after ${thousands(runs)} of ${total} plans`;
  const all = valid === true ? 'all tried' : 'all tried, but not all judged';
  if (shard.of === 1) return `${what}: ${total} plans, ${all}`;
  const ofAll = plansOfAll === undefined ? '' : ` of ${thousands(plansOfAll)}`;
  return `${what} in shard ${shard.number} of ${shard.of}: ${total}${ofAll} plans, ${all}; the other shards are not included`;
}

export function describeExhaustiveProgress({
  tried,
  plans,
  plansPerSecond,
  leftMs,
}: {
  tried: number;
  plans: number | undefined;
  plansPerSecond: number | undefined;
  leftMs: number | undefined;
}): string {
  const what = plans === undefined ? 'plans with one deviation' : `of ${thousands(plans)} plans`;
  const pace = paceText(plansPerSecond, 'plans', leftMs === undefined ? undefined : leftMs / 1_000);
  return `trying  ${thousands(tried)} ${what}${pace}`;
}

function spentOn({ elapsedMs, runsPerSecond }: Searched): string {
  return `${describeDuration(elapsedMs)}, ${runsPerSecond.toFixed(0)} plans/s`;
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function thousands(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
