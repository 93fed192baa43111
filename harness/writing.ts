import { EnvironmentError } from './errors.ts';
import { shortPath } from './short-path.ts';

/**
 * Writes to a file that the user has chosen, and says which one could not be written.
 * @param hint what to do then, e.g. `choose another file with --baseline FILE`
 * @throws EnvironmentError with this code and the reason of the file system
 */
export function writing<T>(file: string, code: string, hint: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { message } = error as Error;
    throw new EnvironmentError(code, `${shortPath(file)}: cannot be written: ${message}`, hint, error);
  }
}
