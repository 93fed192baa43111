import { UsageError } from '../../errors.ts';

/** A problem in a text, with its line, counted from 1. */
export class SyntaxProblem extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/**
 * Runs `work` and adds the name of the file to a problem that it finds.
 * @throws UsageError `FILE:LINE: what is wrong`
 */
export function locating<T>(file: string, code: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw located(file, code, error);
  }
}

/** A problem with the name of the file as a UsageError; any other error as it is. */
export function located(file: string, code: string, error: unknown): unknown {
  return error instanceof SyntaxProblem ? new UsageError(code, `${file}:${error.line}: ${error.message}`) : error;
}
