import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes lines in blocks. */
export class HistoryOutput {
  readonly #file: number;
  #lines: string[] = [];
  #length = 0;
  #isClosed = false;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length > BLOCK_LENGTH) this.#flush();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#lines.join(''));
    this.#lines = [];
    this.#length = 0;
  }
}

const BLOCK_LENGTH = 1 << 18;
