/** Reads files and standard input, either of which may be gzipped. */
import { createReadStream, statSync } from 'node:fs';
import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UsageError } from '../errors.ts';
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
 * The bytes of a file, decompressed if its name ends in `.gz`; `-` is standard input, decompressed if it begins with
 * the magic number of gzip.
 * @throws UsageError naming the file, if it cannot be read
 */
export async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  try {
    if (file === STDIN) yield* readStdin();
    else yield* file.endsWith('.gz') ? decompressed(createReadStream(file)) : createReadStream(file, chunks);
  } catch (error) {
    throw unreadable(nameOfInput(file), error as NodeJS.ErrnoException);
  }
}

/** Whether the bytes of the history are those of a file, which can be read again at any place. */
export function isSeekable(file: string): boolean {
  return file !== STDIN && !file.endsWith('.gz') && statSync(file).isFile();
}

export function nameOfInput(file: string): string {
  return file === STDIN ? 'standard input' : file;
}

const chunks = { highWaterMark: 1024 * 1024 };

function readStdin(): AsyncIterable<Uint8Array> {
  return decompressedIfGzip(process.stdin.iterator({ destroyOnReturn: false }));
}

/** Decompresses input that begins with the magic number of gzip. */
async function* decompressedIfGzip(input: AsyncIterableIterator<Buffer>): AsyncGenerator<Uint8Array> {
  const first = await input.next();
  if (first.done === true) return;
  const whole = Readable.from(withFirst(first.value, input));
  yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? decompressed(whole) : whole;
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function decompressed(compressed: Readable): Readable {
  const gunzip = createGunzip({ chunkSize: chunks.highWaterMark });
  pipeline(compressed, gunzip, () => undefined);
  return gunzip;
}

function unreadable(file: string, error: NodeJS.ErrnoException): unknown {
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EISDIR: 'is a folder, not a file',
    EACCES: 'permission denied',
    Z_BUF_ERROR: 'its gzip data ends too early: is the file complete?',
    Z_DATA_ERROR: `its gzip data is broken: ${error.message}`,
  };
  if (error.code === undefined) return error;
  return new UsageError('file-unreadable', `${file}: ${reasons[error.code] ?? error.message}`);
}
