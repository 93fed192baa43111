/** The branches of an application's code that a search has taken, as text. */
import type { CodeCoverage, Lines } from '../port/code-coverage.ts';

/** How many were taken; then, for each file with others, the lines of those. */
export function describeCode({ files }: CodeCoverage): string[] {
  if (files.length === 0) return ['code of the subject: none of its modules was loaded'];
  const sum = (count: 'taken' | 'all'): number => files.reduce((total, file) => total + file[count], 0);
  const partial = files.filter(({ never }) => never.length > 0);
  const others = files.length - partial.length;
  return [
    `code of the subject: ${sum('taken')} of ${sum('all')} branches taken`,
    ...partial.map(describeFile),
    ...(others === 0
      ? []
      : [`  and all branches of ${others} ${partial.length === 0 ? '' : 'other '}file${others === 1 ? '' : 's'}`]),
  ];
}

function describeFile({ file, taken, all, never }: CodeCoverage['files'][number]): string {
  const lines = never.map(({ from, to }: Lines) => (from === to ? `${from}` : `${from}–${to}`));
  const isOne = never.length === 1 && never[0]?.from === never[0]?.to;
  return `  ${file}: ${taken} of ${all}, never line${isOne ? '' : 's'} ${lines.join(', ')}`;
}
