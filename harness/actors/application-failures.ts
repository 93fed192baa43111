/** What an application must not do: then nothing that it answers or shows is worth judging. */
import type { Clock } from '../clock.ts';
import { EnvironmentError } from '../errors.ts';
import { show, valueProblem } from '../history/event-shape.ts';
import type { ObservedProgress } from '../port/subject.ts';
import { applicationStack } from '../stacks.ts';

/** A status endpoint may answer with an error, but not throw one. */
export function applicationThrew(error: unknown, session: string, clock: Clock): EnvironmentError {
  const message = describe('the status endpoint', error, `asked by ${session}`, clock);
  return new EnvironmentError('subject-threw', message, 'a status endpoint answers with an error instead', error);
}

export function displayThrew(error: unknown, session: string, clock: Clock): EnvironmentError {
  const message = describe('the display policy', error, `in ${session}`, clock);
  const hint = 'a display policy returns true, false, or the progress to show instead';
  return new EnvironmentError('display-threw', message, hint, error);
}

/**
 * The progress that a display policy lets be shown of `value`; `undefined`: none.
 * @throws TypeError when what it returned is neither a boolean nor a progress
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
