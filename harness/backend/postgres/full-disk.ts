/** Errors for a full disk under the databases, detected from messages of PostgreSQL or of the operating system. */
import { EnvironmentError } from '../../errors.ts';
import { lastLines } from './last-lines.ts';

export function noSpace(detail: string): EnvironmentError {
  return new EnvironmentError(
    'embedded-no-space',
    `No space left for the databases: ${lastLines(detail, 1)}`,
    'Free some space, or point TMPDIR to a file system with more (containers: where the engine stores its files).',
  );
}

/** Turns PostgreSQL's error for a full disk (53100) into an EnvironmentError; returns other errors unchanged. */
export function explainFullDisk(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code === '53100' ? noSpace((error as Error).message) : error;
}
