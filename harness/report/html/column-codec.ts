/** The columns of a timeline as bytes, for a page: differences between neighbours, in as few bytes as each needs. */
import { COLUMN_NAMES, emptyColumns, type TimelineEvents } from '../svg/timeline-events.ts';

/** A progress is kept to the thousandth of a per cent. */
const PROGRESS_SCALE = 1_000;

/** One column after the other. */
export function encodeColumns(events: TimelineEvents): Uint8Array {
  const bytes = new ByteWriter();
  for (const name of COLUMN_NAMES) {
    const scale = scaleOf(name);
    let before = 0;
    for (const item of events[name]) {
      const value = Math.round(item * scale);
      bytes.writeSigned(value - before);
      before = value;
    }
  }
  return bytes.written();
}

/** The inverse, for the number of events that were encoded. */
export function decodeColumns(bytes: Uint8Array, length: number): ReturnType<typeof emptyColumns> {
  const columns = emptyColumns(length);
  let at = 0;
  for (const name of COLUMN_NAMES) {
    const column = columns[name];
    const scale = scaleOf(name);
    let value = 0;
    for (let index = 0; index < length; index++) {
      let [number, factor, byte] = [0, 1, 128];
      while (byte >= 128) {
        byte = bytes[at++] ?? 0;
        number += (byte % 128) * factor;
        factor *= 128;
      }
      value += number % 2 === 0 ? number / 2 : -(number + 1) / 2;
      column[index] = value / scale;
    }
  }
  return columns;
}

function scaleOf(name: (typeof COLUMN_NAMES)[number]): number {
  return name === 'progress' ? PROGRESS_SCALE : 1;
}

class ByteWriter {
  #bytes = new Uint8Array(1 << 12);
  #length = 0;

  /** Seven bits a byte, the lowest first; the sign is the lowest bit. Bit operations would lose what exceeds 32 bits. */
  writeSigned(value: number): void {
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    if (this.#length + 10 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
