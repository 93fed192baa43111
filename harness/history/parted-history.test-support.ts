import type { PageStore } from './event-pages.ts';
import type { History } from './event.ts';
import { PartsSink, type PartedHistory, type PartsLimits } from './parted-history.ts';
import { EventReader } from './reader.ts';

export class PagesInMemory implements PageStore {
  readonly #pages: Uint8Array[] = [];

  get count(): number {
    return this.#pages.length;
  }

  add(page: Uint8Array): number {
    return this.#pages.push(page.slice()) - 1;
  }

  read(place: number, page: Uint8Array): void {
    page.set(this.#pages[place]!);
  }
}

/** So short that lines go across the chunks. */
const CHUNK_LENGTH = 150;

/** The history as it is read in parts from its lines. */
export function partedHistoryOf({ header, events }: History, limits: PartsLimits): PartedHistory {
  const lines = [...(header === undefined ? [] : [header]), ...events].map((line) => `${JSON.stringify(line)}\n`);
  const bytes = Buffer.from(lines.join(''));
  const sink = new PartsSink(new PagesInMemory(), limits);
  const reader = new EventReader('history', sink);
  for (let at = 0; at < bytes.length; at += CHUNK_LENGTH) reader.push(bytes.subarray(at, at + CHUNK_LENGTH));
  return sink.finish(reader.end(), {
    lineAt: (start) => bytes.subarray(start, bytes.indexOf('\n', start)).toString(),
  });
}
