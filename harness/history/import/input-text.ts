/** Reads whole texts, for formats that are not read as a stream. */
import { isUtf8 } from 'node:buffer';
import { UsageError } from '../../errors.ts';
import type { ImportInput } from './import-format.ts';

/** The maximum length of a JavaScript string. */
const textBytesMax = 512 * 1024 * 1024 - 24;

/** @throws UsageError with the name of the input, if it is too large or not UTF-8 */
export async function readText({ name, bytes }: ImportInput): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  if (whole.length > textBytesMax) throw new UsageError('file-too-large', `${name}: larger than 512 MiB`);
  if (!isUtf8(whole)) throw new UsageError('file-not-text', `${name}:${firstBadLine(whole)}: not UTF-8 text`);
  return new TextDecoder().decode(whole);
}

function firstBadLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(start, end)) || newline === -1) return line;
    start = newline + 1;
  }
}
