/** Where the CLI writes: results to stdout, progress and errors to stderr. */
import { RatchetError } from '../errors.ts';

export { terminalPalette as palette } from '../report/palette.ts';

export function print(text: string): void {
  write(`${text}\n`);
}

/** Text as it is, to standard output. */
export function write(text: string): void {
  clearProgress();
  process.stdout.write(text);
}

/** Many lines, of which no more than some are held at a time. */
export function printLines(lines: Iterable<string>): void {
  let block: string[] = [];
  for (const line of lines) {
    block.push(line);
    if (block.length < 1_000) continue;
    print(block.join('\n'));
    block = [];
  }
  if (block.length > 0) print(block.join('\n'));
}

/** One line: what, where, what to do. */
export function complain(error: unknown): void {
  clearProgress();
  process.stderr.write(`ratchet: ${describeError(error)}\n`);
}

/** What happened, and what to do about it. */
function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.trim().replaceAll(/\s*\n\s*/g, ' ');
  if (!(error instanceof RatchetError) || error.hint === undefined) return line;
  return `${line.replace(/\.$/, '')} — ${error.hint}`;
}

/** Replaces the progress line; does nothing where standard error is not a terminal. */
export function progress(message: string): void {
  if (!process.stderr.isTTY) return;
  const width = (process.stderr.columns || 80) - 1;
  process.stderr.write(`\r\u001B[K${message.slice(0, width)}`);
  isProgressShown = true;
}

let isProgressShown = false;

function clearProgress(): void {
  if (!isProgressShown) return;
  process.stderr.write('\r\u001B[K');
  isProgressShown = false;
}
