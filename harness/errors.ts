import { stripVTControlCharacters } from 'node:util';

/** Exit codes of all commands, defined in HISTORY.md. */
export const ExitCode = {
  valid: 0,
  violated: 1,
  unknown: 2,
  usage: 64,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export function exitCodeOf(valid: boolean | 'unknown'): ExitCode {
  if (valid === 'unknown') return ExitCode.unknown;
  return valid ? ExitCode.valid : ExitCode.violated;
}

/**
 * An error that the user can act on: what happened and where (`message`), what to do next (`hint`).
 * `code` is stable, so programs may match it; `exitCode` is the exit code of the CLI.
 */
export class RatchetError extends Error {
  override readonly name: string = 'RatchetError';
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { exitCode: ExitCode; hint?: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode;
    this.hint = options.hint;
  }
}

/** Bad input: a file, a flag, a plan, a history. Exit code 64. */
export class UsageError extends RatchetError {
  override readonly name = 'UsageError';
  constructor(code: string, message: string, hint?: string) {
    super(code, message, { exitCode: ExitCode.usage, ...(hint === undefined ? {} : { hint }) });
  }
}

/** Matches by name, since a file of a user may have loaded another copy of this package. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === 'UsageError' && 'code' in error;
}

/**
 * A request to the application, or its answer, was lost on the way. The application is not at fault; a page continues as
 * if `fetch` had rejected.
 */
export class RequestLost extends Error {
  override readonly name = 'RequestLost';
}

/** A failure of the environment: a missing binary, a full disk, a dead database. Exit code 2, never a verdict. */
export class EnvironmentError extends RatchetError {
  override readonly name = 'EnvironmentError';
  constructor(code: string, message: string, hint?: string, cause?: unknown) {
    super(code, message, { exitCode: ExitCode.unknown, ...(hint === undefined ? {} : { hint }), cause });
  }
}

/** Another program has failed, or did not do what it was started for: its last lines are the best explanation. */
export class ProgramError extends EnvironmentError {
  /** @param output what it has written; its last lines end the message */
  constructor(code: string, summary: string, output: string, hint: string) {
    const lines = stripVTControlCharacters(output)
      .split(/\r\n|[\r\n]/)
      .filter((line) => line.trim() !== '');
    const last = lines.slice(-OUTPUT_LINES);
    super(code, [summary.replaceAll(/\s*\n\s*/g, ' '), ...last].join('\n'), hint);
  }
}

/** Node's account of an uncaught error takes about 20. */
const OUTPUT_LINES = 24;
