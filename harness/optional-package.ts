/** Packages that only some commands need, so an installation of Ratchet does not bring them. */
import { EnvironmentError } from './errors.ts';

/**
 * @param name the package, for the message
 * @param neededBy what needs it, at the start of a sentence: `the backend containers`
 * @throws EnvironmentError with the command that installs the package
 */
export async function withPackage<T>(name: string, neededBy: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(name, error)) throw error;
    throw missing(name, neededBy, error);
  }
}

/**
 * As `withPackage`, for a package that is loaded at once.
 * @param load gets the name of the package
 */
export function requirePackage<T>(name: string, neededBy: string, load: (name: string) => T): T {
  try {
    return load(name);
  } catch (error) {
    if (!isMissing(name, error)) throw error;
    throw missing(name, neededBy, error);
  }
}

function missing(name: string, neededBy: string, cause: unknown): EnvironmentError {
  const hint = `npm install --save-dev ${name}`;
  return new EnvironmentError('package-missing', `${neededBy} needs the package ${name}`, hint, cause);
}

function isMissing(name: string, error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
    error.message.includes(`'${name}'`)
  );
}
