import { UsageError } from '../../errors.ts';

/** What is wrong with a text, and on which of its lines, counted from 1. */
export class SyntaxProblem extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/**
 * Does work that may find a problem in the text of `file`.
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
