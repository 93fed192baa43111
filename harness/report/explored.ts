/** What a search did and found, for a person to read. */
import type { Plan } from '../plan/plan.ts';
import { describePlan } from './plan-text.ts';
import type { Palette } from './text.ts';

interface Tally {
  runs: number;
  runsPerSecond: number;
  /** How often each kind of deviation was tried. */
  coverage: Readonly<Partial<Record<string, number>>>;
}

export function describeProgress(tally: Tally & { state: string }, runsMax: number | undefined): string {
  const of = runsMax === undefined ? '' : ` of ${runsMax}`;
  const kinds = Object.keys(tally.coverage).length;
  return `${tally.state}  ${tally.runs}${of} plans, ${speed(tally)}, ${kinds} kinds of deviations`;
}

export function describeExplored(
  explored: Tally & { elapsedMs: number; found: unknown; isInterrupted: boolean },
  isTwice: boolean,
  palette: Palette,
): string {
  const { runs, elapsedMs, found, isInterrupted, coverage } = explored;
  const plans = `${runs} plan${runs === 1 ? '' : 's'}${isTwice ? ' twice' : ''}`;
  const mark = found === undefined ? palette.green('✓') : palette.red('✗');
  const result = found === undefined ? (isTwice ? 'no run differed from its twin' : 'nothing found') : 'found';
  const end = isInterrupted ? palette.yellow(', interrupted') : '';
  const kinds = Object.entries(coverage)
    .sort(([, a], [, b]) => b! - a!)
    .map(([kind, count]) => `${kind} ${count}`);
  return [
    `${mark} ${result}   ${plans} in ${(elapsedMs / 1e3).toFixed(1)} s, ${speed(explored)}${end}`,
    palette.dim(`  deviations tried: ${kinds.length === 0 ? 'none' : kinds.join(', ')}`),
  ].join('\n');
}

export function describeFound(
  found: { minimal: Plan; failing: { kind: string; what: string }; isShrunk: boolean; shrinkRuns: number },
  palette: Palette,
): string {
  const { minimal, failing, isShrunk, shrinkRuns } = found;
  const how = isShrunk ? `shrunk in ${shrinkRuns} plans` : 'not shrunk to the end';
  const size =
    `${minimal.generations.length} generations, ${minimal.observers.length} tabs, ${minimal.faults.length} faults`.replaceAll(
      /\b1 (\w+)s\b/g,
      '1 $1',
    );
  return [
    `  ${palette.bold(failing.what)} (${how}: ${size})`,
    ...describePlan(minimal).map((line) => palette.dim(`  ${line}`)),
  ].join('\n');
}

function speed({ runsPerSecond }: Tally): string {
  return `${runsPerSecond >= 10 ? runsPerSecond.toFixed(0) : runsPerSecond.toFixed(1)} plans/s`;
}
