/** Reads the text of an input in pieces, since a text of any length does not fit into one string. */
import { isUtf8 } from 'node:buffer';
import { UsageError } from '../../errors.ts';
import type { ImportInput } from './import-format.ts';

const LF = 0x0a;
const mebibyte = 1024 * 1024;

/** A single entry of a text, such as a line, may be about this long. */
export const ENTRY_LENGTH_MAX = 64 * mebibyte;

/**
 * The whole text in pieces of about a given number of bytes, which may end anywhere but within a character.
 * @throws UsageError with the name of the input, if it is not UTF-8
 */
export async function readText(input: ImportInput, pieceBytes: number = 16 * mebibyte): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of textPieces(input, pieceBytes)) pieces.push(piece);
  return pieces;
}

/**
 * The pieces of a text one after another; at least one.
 * @throws UsageError with the name of the input, if it is not UTF-8
 */
export async function* textPieces({ name, bytes }: ImportInput, pieceBytes: number): AsyncGenerator<string> {
  let line = 1;
  let isFirst = true;
  let [chunks, length]: [Uint8Array[], number] = [[], 0];
  const decode = (block: Buffer): string => {
    if (!isUtf8(block)) throw new UsageError('file-not-text', `${name}:${line + badLine(block)}: not UTF-8 text`);
    line += linesIn(block);
    const text = new TextDecoder('utf-8', { ignoreBOM: !isFirst }).decode(block);
    isFirst = false;
    return text;
  };
  for await (const chunk of bytes) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < pieceBytes) continue;
    const block = Buffer.concat(chunks);
    const end = endOfCharacters(block);
    if (end > 0) yield decode(block.subarray(0, end));
    chunks = [block.subarray(end)];
    length = block.length - end;
  }
  if (length > 0 || isFirst) yield decode(Buffer.concat(chunks));
}

/** The end of the last character that is complete. */
function endOfCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isLead = byte >= 0xc0;
    if (isLead && back < lengthOfCharacter(byte)) return bytes.length - back;
    if (isLead || byte < 0x80) break;
  }
  return bytes.length;
}

function lengthOfCharacter(lead: number): number {
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

/** The first line that is not UTF-8, counted from 0. */
function badLine(bytes: Buffer): number {
  let line = 0;
  for (let start = 0; ; line += 1) {
    const newline = bytes.indexOf(LF, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(start, end)) || newline === -1) return line;
    start = newline + 1;
  }
}

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count += 1;
  return count;
}
