/**
 * Standard output and standard error until the last byte. Node writes to a pipe in the background once the pipe is full,
 * and `process.exit` discards what is left.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EnvironmentError } from '../errors.ts';

/** Of standard output. */
let failure: Error | undefined;

/** A reader that has closed its end (`ratchet list | head -1`) is not an error, and a failed standard error has no place to be told. */
export function catchOutputErrors(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
  });
}

/** Resolves when the stream accepts more, or cannot be written to any more: then to false. */
export async function readyForOutput(): Promise<boolean> {
  if (process.stdout.writableNeedDrain) await settled(process.stdout, 'drain');
  return process.stdout.writable && failure === undefined;
}

/**
 * Resolves when all that was written has been handed to the operating system, or cannot be.
 * @returns why output is lost, if it is for another reason than that its reader is gone
 */
export async function outputFinished(): Promise<EnvironmentError | undefined> {
  for (const stream of [process.stdout, process.stderr]) {
    while (stream.writableLength > 0 && stream.writable) await settled(stream, 'drain');
  }
  // A failed write is reported in a later turn.
  await nextTurn();
  if (failure === undefined) return undefined;
  return new EnvironmentError(
    'output-failed',
    `standard output cannot be written: ${failure.message}`,
    'the results are incomplete: free space, or redirect the output elsewhere',
    failure,
  );
}

/** Resolves at the event, and also if the stream fails or is closed. */
function settled(stream: NodeJS.WriteStream, event: string): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of [event, 'error', 'close']) stream.off(name, done);
      resolve();
    };
    for (const name of [event, 'error', 'close']) stream.on(name, done);
  });
}
