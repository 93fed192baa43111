/** Commits whose progress is not one: a subject with a wrong scale would be judged by values that were never shown. */
import { UsageError } from '../errors.ts';
import type { Commit, TrackedTable } from '../port/backend.ts';

const PERCENT_MAX = 100;

/** @returns the mistake of the subject, if the progress of a commit is not from 0 to 100 per cent */
export function outsideOfScale(
  { key, progress }: Pick<Commit, 'key' | 'progress'>,
  { table, progress: column, progressMax = PERCENT_MAX }: TrackedTable,
): UsageError | undefined {
  if (progress >= 0 && progress <= PERCENT_MAX) return undefined;
  return new UsageError(
    'progress-outside-scale',
    `${key} of ${table} was committed at ${progress}%, where ${column} is ${progressMax} at 100%`,
    'give the value at 100% as database.progress.max',
  );
}
