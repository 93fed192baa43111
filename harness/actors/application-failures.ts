/** Failures of the application that end a run, because its history cannot be judged then. */
import type { Clock } from '../clock.ts';
import { EnvironmentError } from '../errors.ts';
import { show, valueProblem } from '../history/event-shape.ts';
import type { ObservedProgress } from '../port/subject.ts';
import { applicationStack } from '../stacks.ts';

/** A status endpoint may answer with an error status, but must not throw. */
export function applicationThrew(error: unknown, session: string, clock: Clock): EnvironmentError {
  // The adapter of the subject says more than where it was thrown.
  if (error instanceof EnvironmentError) return error;
  const message = describe('the status endpoint', error, `asked by ${session}`, clock);
  return new EnvironmentError(
    'subject-threw',
    message,
    'a status endpoint must answer with an error status instead',
    error,
  );
}

export function displayThrew(error: unknown, session: string, clock: Clock): EnvironmentError {
  const message = describe('the display policy', error, `in ${session}`, clock);
  const hint = 'a display policy must return true, false, or the progress to show instead';
  return new EnvironmentError('display-threw', message, hint, error);
}

/**
 * The progress that the page shows for `value`, according to what the display policy returned; `undefined`: none.
 * @throws TypeError if it returned neither a boolean nor a progress
 */
export function requireDisplayed(returned: unknown, value: ObservedProgress): ObservedProgress | undefined {
  if (returned === true) return value;
  if (returned === false) return undefined;
  if (typeof returned === 'object' && returned !== null && valueProblem(returned) === undefined) {
    return returned as ObservedProgress;
  }
  throw new TypeError(`it returned ${show(returned)} for ${show(value)}`);
}

function describe(what: string, error: unknown, where: string, clock: Clock): string {
  const { file, text } = applicationStack(error);
  const seconds = (clock.now() / 1e9).toFixed(3);
  return `${file ?? what} threw ${String(error)} at ${seconds} s, ${where}${text}`;
}
