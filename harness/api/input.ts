/** Reads files and standard input, either of which may be compressed. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { Readable, pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { UsageError } from '../errors.ts';
import { peek } from '../history/import/first-bytes.ts';
import { readText } from '../history/import/input-text.ts';

const STDIN = '-';

/** The maximum length of a JavaScript string. */
const textLengthMax = 2 ** 29 - 24;

/** @throws UsageError naming the file, if it cannot be read, or does not fit into one string */
export async function readInput(file: string): Promise<string> {
  const name = nameOfInput(file);
  const pieces = await readText({ name, bytes: readBytes(file) });
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > textLengthMax) throw new UsageError('file-too-large', `${name}: larger than 512 MiB`);
  return pieces.join('');
}

/**
 * The bytes of a file, decompressed if it begins with the magic number of gzip or zstd, or if its name ends in `.gz` or `.zst`;
 * `-` is standard input.
 * @throws UsageError naming the file, if it cannot be read
 */
export async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  try {
    if (file === STDIN) yield* decompressedIf(process.stdin.iterator({ destroyOnReturn: false }));
    else yield* decompressedIf(createReadStream(file, chunks).iterator(), compressionNamed(file));
  } catch (error) {
    throw unreadable(nameOfInput(file), error as NodeJS.ErrnoException);
  }
}

/** Whether the bytes of the history are those of a file, which can be read again at any place. */
export function isSeekable(file: string): boolean {
  if (file === STDIN || compressionNamed(file) !== undefined || !statSync(file).isFile()) return false;
  return compressionOf(firstBytesOf(file)) === undefined;
}

export function nameOfInput(file: string): string {
  return file === STDIN ? 'standard input' : file;
}

const chunks = { highWaterMark: 1024 * 1024 };

/** By which a compression is recognised. */
const MAGIC_BYTES = 4;

type Compression = 'gzip' | 'zstd';

function compressionNamed(file: string): Compression | undefined {
  return file.endsWith('.gz') ? 'gzip' : file.endsWith('.zst') ? 'zstd' : undefined;
}

function compressionOf(first: Uint8Array): Compression | undefined {
  const [a, b, c, d] = first;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  return a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd ? 'zstd' : undefined;
}

function firstBytesOf(file: string): Uint8Array {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(MAGIC_BYTES);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** @param named by the name of the file, which other content contradicts */
async function* decompressedIf(input: AsyncIterable<Uint8Array>, named?: Compression): AsyncGenerator<Uint8Array> {
  const { firstBytes, bytes } = await peek(input, MAGIC_BYTES);
  const compression = compressionOf(firstBytes) ?? named;
  yield* compression === undefined ? bytes : decompressed(Readable.from(bytes), compression);
}

function decompressed(compressed: Readable, compression: Compression): Readable {
  const options = { chunkSize: chunks.highWaterMark };
  const stream = compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
  pipeline(compressed, stream, () => undefined);
  return stream;
}

function unreadable(file: string, error: NodeJS.ErrnoException): unknown {
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EISDIR: 'is a folder, not a file',
    EACCES: 'permission denied',
    Z_BUF_ERROR: 'its compressed data ends too early: is the file complete?',
    Z_DATA_ERROR: `its gzip data is broken: ${error.message}`,
  };
  if (error.code === undefined) return error;
  const reason = error.code.startsWith('ZSTD_') ? `its zstd data is broken: ${error.message}` : reasons[error.code];
  return new UsageError('file-unreadable', `${file}: ${reason ?? error.message}`);
}
