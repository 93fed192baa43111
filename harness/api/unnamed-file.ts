import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageStore } from '../history/event-pages.ts';
import type { LineSource } from '../history/parted-history.ts';

const LF = 0x0a;
const BYTES_PER_READ: number = 4096;

/** An open file, of which lines can be read again. */
export class OpenFile implements LineSource {
  protected readonly descriptor: number;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  lineAt(start: number): string {
    const chunks: Buffer[] = [];
    for (let at = start; ; at += BYTES_PER_READ) {
      const chunk = Buffer.alloc(BYTES_PER_READ);
      const length = readSync(this.descriptor, chunk, 0, BYTES_PER_READ, at);
      const read = chunk.subarray(0, length);
      const end = read.indexOf(LF);
      chunks.push(end === -1 ? read : read.subarray(0, end));
      if (end !== -1 || length === 0) return Buffer.concat(chunks).toString();
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/**
 * A temporary file without a name: it is removed when it is opened, and the system frees its space when it is closed, which
 * is at the latest when this process ends, however it ends.
 */
export class UnnamedFile extends OpenFile implements PageStore {
  #length = 0;

  constructor() {
    super(openUnnamed());
  }

  add(page: Uint8Array): number {
    const place = this.#length;
    for (let written = 0; written < page.length;) {
      written += writeSync(this.descriptor, page, written, page.length - written, place + written);
    }
    this.#length += page.length;
    return place;
  }

  read(place: number, page: Uint8Array): void {
    for (let read = 0; read < page.length;) {
      const length = readSync(this.descriptor, page, read, page.length - read, place + read);
      if (length === 0) throw new Error('a temporary file has been cut');
      read += length;
    }
  }
}

function openUnnamed(): number {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-events-'));
  try {
    return openSync(join(folder, 'events'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
