/** A copy of an engine's memory, and the fast way back to it: only what differs is copied. */
import type { EngineModule } from './engine-module.ts';

const BLOCK_BYTES = 64 * 1024;
const PAGE_BYTES = 4 * 1024;
const END_BLOCKS = 16;
/** More than the part of the stack that is not used yet. */
const GAP_BLOCKS = 256;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

export class MemorySnapshot {
  readonly #module: EngineModule;
  #stack = 0;
  /** Up to the last one that is not zero. Half of them are zero, and share their copy. */
  #blocks: readonly Buffer[] = [];

  constructor(module: EngineModule) {
    this.#module = module;
    this.keep();
  }

  /** From now on, `restore` returns to the current state. */
  keep(): void {
    this.#stack = this.#module.stackSave();
    const memory = viewOf(this.#module);
    const used = usedBlocks(memory);
    const copies = Buffer.allocUnsafeSlow(used.filter(Boolean).length * BLOCK_BYTES);
    let end = 0;
    this.#blocks = used.map((isUsed, number) => {
      if (!isUsed) return ZEROS;
      const start = end;
      end += memory.copy(copies, start, number * BLOCK_BYTES, (number + 1) * BLOCK_BYTES);
      return copies.subarray(start, end);
    });
  }

  restore(): void {
    const memory = viewOf(this.#module);
    for (const [number, block] of this.#blocks.entries()) restoreBlock(memory, block, number * BLOCK_BYTES);
    clearFrom(memory, this.#blocks.length * BLOCK_BYTES);
    // A run that was stopped from outside has left its frames on the stack.
    this.#module.stackRestore(this.#stack);
  }
}

function restoreBlock(memory: Buffer, block: Buffer, start: number): void {
  if (block.compare(memory, start, start + BLOCK_BYTES) === 0) return;
  for (let page = 0; page < BLOCK_BYTES; page += PAGE_BYTES) {
    const at = start + page;
    const end = page + PAGE_BYTES;
    if (block.compare(memory, at, at + PAGE_BYTES, page, end) !== 0) block.copy(memory, at, page, end);
  }
}

/** For each block whether it is not zero, up to the last one. */
function usedBlocks(memory: Buffer): boolean[] {
  const used: boolean[] = [];
  let count = 0;
  for (let at = 0; at < memory.length && used.length - count < GAP_BLOCKS; at += BLOCK_BYTES) {
    const isUsed = !isZero(memory, at);
    used.push(isUsed);
    if (isUsed) count = used.length;
  }
  return used.slice(0, count);
}

/** Memory is handed out in ascending order, so that a megabyte of zeros ends what the run has used. */
function clearFrom(memory: Buffer, start: number): void {
  let zeros = 0;
  for (let at = start; at < memory.length && zeros < END_BLOCKS; at += BLOCK_BYTES) {
    zeros = isZero(memory, at) ? zeros + 1 : 0;
    if (zeros === 0) ZEROS.copy(memory, at);
  }
}

function isZero(memory: Buffer, at: number): boolean {
  return ZEROS.compare(memory, at, at + BLOCK_BYTES) === 0;
}

function viewOf({ HEAPU8 }: EngineModule): Buffer {
  return Buffer.from(HEAPU8.buffer, HEAPU8.byteOffset, HEAPU8.byteLength);
}
