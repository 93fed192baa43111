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
    const hint = `npm install --save-dev ${name}`;
    throw new EnvironmentError('package-missing', `${neededBy} needs the package ${name}`, hint, error);
  }
}

function isMissing(name: string, error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${name}'`)
  );
}
