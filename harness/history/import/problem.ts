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
    if (error instanceof SyntaxProblem) throw new UsageError(code, `${file}:${error.line}: ${error.message}`);
    throw error;
  }
}
