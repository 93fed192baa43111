/** The output of the CLI: results to stdout, progress and errors to stderr. */
import { EnvironmentError, RatchetError } from '../errors.ts';
import { printable, printableJson, printableLines, quotedLines } from '../report/printable.ts';
import { readyForOutput } from './standard-streams.ts';

export { terminalPalette as palette } from '../report/palette.ts';

export function print(text: string): void {
  write(`${text}\n`);
}

/** @param indent number of spaces for each level; without it, one line */
export function printJson(value: unknown, indent?: number): void {
  print(printableJson(JSON.stringify(value, undefined, indent)));
}

/** Writes text to standard output without a line break. */
export function write(text: string): void {
  clearProgress();
  process.stdout.write(text);
}

/** Writes the bytes of a file to standard output. */
export function writeBytes(bytes: Uint8Array): void {
  clearProgress();
  process.stdout.write(bytes);
}

/** Writes text to standard error without a line break. */
export function writeError(text: string): void {
  clearProgress();
  process.stderr.write(text);
}

/**
 * Prints many lines in blocks. Waits for a slow reader, so that memory use stays bounded, and stops when the reader is
 * gone.
 */
export async function printLines(lines: Iterable<string>): Promise<void> {
  let block: string[] = [];
  for (const line of lines) {
    block.push(line);
    if (block.length < 1_000) continue;
    print(block.join('\n'));
    block = [];
    if (!(await readyForOutput())) return;
  }
  if (block.length > 0) print(block.join('\n'));
}

/** Prints an error in one line: what, where, what to do. Only what a failed program has printed adds further lines. */
export function printError(error: unknown): void {
  clearProgress();
  process.stderr.write(`ratchet: ${describeError(error).join('\n')}\n`);
}

/** What happened, and what to do about it. */
function describeError(error: unknown): string[] {
  const message = (error instanceof Error ? error.message : String(error)).trim();
  const text =
    error instanceof EnvironmentError ? printableLines(message) : printable(message.replaceAll(/\s*\n\s*/g, ' '));
  const [line = '', ...others] = quotedLines(text);
  if (!(error instanceof RatchetError) || error.hint === undefined) return [line, ...others];
  return [`${line.replace(/\.$/, '')} — ${printable(error.hint)}`, ...others];
}

/** Replaces the progress line; does nothing where standard error is not a terminal. */
export function progress(message: string): void {
  if (!process.stderr.isTTY) return;
  const width = (process.stderr.columns || 80) - 1;
  process.stderr.write(`\r\u001B[K${printable(message).slice(0, width)}`);
  isProgressShown = true;
}

let isProgressShown = false;

function clearProgress(): void {
  if (!isProgressShown) return;
  process.stderr.write('\r\u001B[K');
  isProgressShown = false;
}
