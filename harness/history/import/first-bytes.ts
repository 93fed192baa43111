/** The beginning of a file, by which its format is recognised. */
import { endOfObject } from './json-objects.ts';

/** The first `length` bytes, or fewer if the input is shorter, and a stream of all bytes including these. */
export async function peek(
  bytes: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ firstBytes: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const rest = bytes[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  for (let size = 0; size < length;) {
    const next = await rest.next();
    if (next.done === true) break;
    chunks.push(next.value);
    size += next.value.length;
  }
  return { firstBytes: Buffer.concat(chunks).subarray(0, length), bytes: joined(chunks, rest) };
}

async function* joined(chunks: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
    yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}

/** The text of first bytes, without a byte order mark; invalid sequences become U+FFFD. */
export function textOfFirst(firstBytes: Uint8Array): string {
  return new TextDecoder().decode(firstBytes);
}

/** The first JSON object, at the top level or the first of an array; `undefined` if it is not complete. */
export function firstJsonObject(firstBytes: Uint8Array): { object: object; isInArray: boolean } | undefined {
  const text = textOfFirst(firstBytes);
  const [before = '', bracket] = /^\s*(?:(\[)\s*)?(?=\{)/.exec(text) ?? [];
  const end = text[before.length] === '{' ? endOfObject(text, before.length) : undefined;
  if (end === undefined) return undefined;
  try {
    return { object: JSON.parse(text.slice(before.length, end)) as object, isInArray: bracket !== undefined };
  } catch {
    return undefined;
  }
}
