/** A copy of an engine's memory, and the fast way back to it: only what differs is copied. */
import type { EngineModule } from './engine-module.ts';

const BLOCK_BYTES = 64 * 1024;
const PAGE_BYTES = 4 * 1024;
const END_BLOCKS = 16;
/** More than the part of the stack that is not used yet. */
const GAP_BLOCKS = 256;
const GROWTH_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

/** A part of the memory, and its kept contents. */
interface Block {
  start: number;
  contents: Buffer;
}

export class MemorySnapshot {
  readonly #module: EngineModule;
  #stack = 0;
  /** The part of the stack that was not used: it ends below the top, since a stack grows downwards. */
  #unusedStack = { start: 0, end: 0 };
  /** The others, up to the last one that is not zero. Those that are zero share their contents. */
  #blocks: readonly Block[] = [];
  #end = 0;
  /** The contents of the blocks that are not zero. */
  #copies = Buffer.alloc(0);

  constructor(module: EngineModule) {
    this.#module = module;
    this.keep();
  }

  /** From now on, `restore` returns to the current state. */
  keep(): void {
    this.#stack = this.#module.stackSave();
    const memory = viewOf(this.#module);
    const used = usedBlocks(memory);
    const top = Math.floor(this.#stack / BLOCK_BYTES);
    const bottom = used.lastIndexOf(true, top - 1) + 1;
    this.#unusedStack = { start: bottom * BLOCK_BYTES, end: top * BLOCK_BYTES };
    this.#end = used.length * BLOCK_BYTES;
    const bytes = used.filter(Boolean).length * BLOCK_BYTES;
    // The first runs of a database keep its state often, faster than the buffers of earlier states would be collected.
    if (this.#copies.length < bytes) this.#copies = Buffer.allocUnsafeSlow(bytes + GROWTH_BYTES);
    const copies = this.#copies;
    let copied = 0;
    this.#blocks = used.flatMap((isUsed, number) => {
      if (number >= bottom && number < top) return [];
      const start = number * BLOCK_BYTES;
      if (!isUsed) return [{ start, contents: ZEROS }];
      const from = copied;
      copied += memory.copy(copies, from, start, start + BLOCK_BYTES);
      return [{ start, contents: copies.subarray(from, copied) }];
    });
  }

  restore(): void {
    const memory = viewOf(this.#module);
    for (const { start, contents } of this.#blocks) restoreBlock(memory, contents, start);
    const { start, end } = this.#unusedStack;
    clear(memory, end - BLOCK_BYTES, -BLOCK_BYTES, start);
    clear(memory, this.#end, BLOCK_BYTES, memory.length - BLOCK_BYTES);
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

/**
 * Clears blocks from the one at `first` to the one at `last`. A stack and the memory that is handed out are used without large
 * gaps, so that a megabyte of zeros ends what a run has used.
 */
function clear(memory: Buffer, first: number, step: number, last: number): void {
  let zeros = 0;
  for (let at = first; (last - at) * step >= 0 && zeros < END_BLOCKS; at += step) {
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
