/** The results of a hunt for planted bugs, for a terminal. */
import type { Hunt, HuntResults } from '../port/hunt.ts';
import type { Palette } from './palette.ts';

/** What was found for one bug, and by which plan. */
export function huntText(hunt: Hunt, { green, red, dim }: Palette): string {
  const { bug, file, isFound, property, sentence, planFile, reason, runs, elapsedMs } = hunt;
  const spent = `${runs} plan${runs === 1 ? '' : 's'}, ${(elapsedMs / 1e3).toFixed(1)} s`;
  const mark = isFound ? green('✓') : red('✗');
  const result = isFound ? `found by ${property}` : `missed${reason === undefined ? '' : `: ${reason}`}`;
  return [
    `${mark} ${bug}  ${result}  ${dim(`${spent}  ${file}`)}`,
    ...(sentence === undefined ? [] : [dim(`    ${sentence}`)]),
    ...(planFile === undefined ? [] : [dim(`    ${planFile}`)]),
  ].join('\n');
}

export function huntSummary({ hunts, bugs, durationMs }: HuntResults): string {
  const found = hunts.filter(({ isFound }) => isFound).length;
  const longest = Math.max(0, ...hunts.map(({ elapsedMs }) => elapsedMs));
  const times = `${(durationMs / 1e3).toFixed(1)} s, the longest ${(longest / 1e3).toFixed(1)} s`;
  const left = bugs - hunts.length;
  const rest = left === 0 ? '' : `; interrupted before ${left} of them`;
  return `${found} of ${bugs} planted bugs found in ${times}${rest}`;
}
