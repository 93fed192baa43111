import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';

/** @throws UsageError naming the file, when it cannot be read */
export async function readInput(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = { ENOENT: 'no such file', EISDIR: 'is a folder, not a file', EACCES: 'may not be read' }[
      error.code ?? ''
    ];
    throw new UsageError('file-unreadable', `${file}: ${reason ?? error.message}`);
  });
}
