import { itemAt } from '../required.ts';
import { Float64Column } from './typed-columns.ts';

const LF = 0x0a;

/** The bytes of a history and the start of each event's line, so that single events can be read again. */
export class LineStore {
  readonly #blocks: { bytes: Uint8Array; start: number }[] = [];
  /** By event: the start of its line in the concatenation of all blocks. */
  #starts = new Float64Column(256);
  #count = 0;
  #blockStart = 0;
  #size = 0;

  /** Adds whole lines with the next events. */
  addBlock(bytes: Uint8Array): void {
    this.#blockStart = this.#size;
    this.#size += bytes.length;
    this.#blocks.push({ bytes, start: this.#blockStart });
  }

  /** Adds the line of the next event, which starts at `start` in the last block. */
  addLine(start: number): void {
    if (this.#count === this.#starts.length) {
      const starts = new Float64Column(this.#count * 2);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#starts[this.#count++] = this.#blockStart + start;
  }

  textOf(index: number): string {
    const position = this.#starts.get(index);
    const { bytes, start } = this.#blockAt(position);
    const from = position - start;
    return Buffer.from(bytes.subarray(from, bytes.indexOf(LF, from))).toString();
  }

  #blockAt(position: number): { bytes: Uint8Array; start: number } {
    let [low, high] = [0, this.#blocks.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (itemAt(this.#blocks, middle).start <= position) low = middle;
      else high = middle - 1;
    }
    return itemAt(this.#blocks, low);
  }
}
