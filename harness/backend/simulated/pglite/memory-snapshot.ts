/** A copy of an engine's memory, and the fast way back to it: only what differs is copied. */
import type { EngineModule } from './engine-module.ts';

const BLOCK_BYTES = 64 * 1024;
const PAGE_BYTES = 4 * 1024;

export class MemorySnapshot {
  readonly #module: EngineModule;
  #stack = 0;
  /** Up to the last byte that is not zero. */
  #copy: Buffer = Buffer.alloc(0);

  constructor(module: EngineModule) {
    this.#module = module;
    this.keep();
  }

  /** From now on, `restore` returns to the current state. */
  keep(): void {
    this.#stack = this.#module.stackSave();
    const memory = viewOf(this.#module);
    this.#copy = Buffer.from(memory.subarray(0, endOf(memory)));
  }

  restore(): void {
    const memory = viewOf(this.#module);
    const copy = this.#copy;
    for (let block = 0; block < copy.length; block += BLOCK_BYTES) {
      if (isSame(memory, copy, block, BLOCK_BYTES)) continue;
      const end = Math.min(block + BLOCK_BYTES, copy.length);
      for (let page = block; page < end; page += PAGE_BYTES) {
        if (!isSame(memory, copy, page, PAGE_BYTES)) copy.copy(memory, page, page, page + PAGE_BYTES);
      }
    }
    this.#clearAbove(memory);
    // A run that was stopped from outside has left its frames on the stack.
    this.#module.stackRestore(this.#stack);
  }

  /** Memory is handed out in ascending order, so that the first block of zeros ends what the run has used. */
  #clearAbove(memory: Buffer): void {
    for (let at = this.#copy.length; at < memory.length; at += CLEAR_BYTES) {
      const end = Math.min(at + CLEAR_BYTES, memory.length);
      if (ZEROS.compare(memory, at, end, 0, end - at) === 0) return;
      memory.fill(0, at, end);
    }
  }
}

const CLEAR_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(CLEAR_BYTES);

function isSame(memory: Buffer, copy: Buffer, at: number, length: number): boolean {
  const end = Math.min(at + length, copy.length);
  return copy.compare(memory, at, end, at, end) === 0;
}

function viewOf({ HEAPU8 }: EngineModule): Buffer {
  return Buffer.from(HEAPU8.buffer, HEAPU8.byteOffset, HEAPU8.byteLength);
}

function endOf(memory: Buffer): number {
  let end = memory.length;
  while (end > 0 && isZero(memory, end - PAGE_BYTES)) end -= PAGE_BYTES;
  return end;
}

function isZero(memory: Buffer, at: number): boolean {
  return ZEROS.compare(memory, at, at + PAGE_BYTES, 0, PAGE_BYTES) === 0;
}
