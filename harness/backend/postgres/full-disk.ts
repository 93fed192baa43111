/** A full disk under the databases, in PostgreSQL's words or the system's. */
import { EnvironmentError } from '../../errors.ts';
import { lastLines } from './last-lines.ts';

export function noSpace(detail: string): EnvironmentError {
  return new EnvironmentError(
    'embedded-no-space',
    `No space left for the databases: ${lastLines(detail, 1)}`,
    'Free some space, or point TMPDIR to a file system that has it (containers: where their engine keeps its files).',
  );
}

/** What PostgreSQL itself says of a full disk (53100) is the environment's fault; all else stays as it is. */
export function explainFullDisk(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code === '53100' ? noSpace((error as Error).message) : error;
}
