/** Errors that a user's file has caused, although Ratchet called it. */
import { UsageError } from '../errors.ts';
import { shortPath } from '../short-path.ts';
import { placeOf } from './compile-source.ts';

/** An unexpected error whose stack goes through a file of the user, in one line; `undefined` for any other. */
export function userMistake(error: unknown): UsageError | undefined {
  const place = placeOf(error);
  if (place === undefined) return undefined;
  const [reason] = String(error).split('\n');
  return new UsageError('user-file-threw', `${shortPath(place.file)}:${place.line}: threw ${reason}`);
}
