/** Errors on their way from a thread: a message keeps their fields, but not their class and stack. */
import { RatchetError, type ExitCode } from '../errors.ts';
import { userMistake } from '../loader/user-mistake.ts';

export interface SentError {
  name: string;
  message: string;
  code?: string;
  hint?: string;
  exitCode?: ExitCode;
}

/** Stacks do not leave the thread, so what a user's file has caused is found here. */
export function sentError(thrown: unknown): SentError {
  const error = thrown instanceof RatchetError ? thrown : (userMistake(thrown) ?? thrown);
  const { name, message } = error as Error;
  const { code, hint, exitCode } = error instanceof RatchetError ? error : ({} as Partial<RatchetError>);
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

export function receivedError({ name, message, code, hint, exitCode }: SentError): Error {
  if (code === undefined || exitCode === undefined) return Object.assign(new Error(message), { name });
  return new RatchetError(code, message, { exitCode, ...(hint === undefined ? {} : { hint }) });
}
