/** The progress of an exhaustive search, as a file from which a later one continues. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writing } from '../../writing.ts';
import type { TriedUnit } from './enumerator.ts';

export interface SavedBatches {
  /**
   * Starts the file, or reads it if a search is continued.
   * @param fingerprint of the search: a file with another one is replaced
   * @returns the results by the numbers of their batches
   */
  open(fingerprint: string): Promise<ReadonlyMap<number, TriedUnit[]>>;
  add(batch: number, tried: TriedUnit[]): Promise<void>;
  /** The search is over. */
  remove(): Promise<void>;
}

interface Line {
  batch: number;
  tried: TriedUnit[];
}

/** @param isContinued whether to use what the file already has */
export function savedIn(file: string, isContinued: boolean): SavedBatches {
  return {
    async open(fingerprint) {
      const lines = isContinued && existsSync(file) ? linesOf(readFileSync(file, 'utf8')) : [];
      const [header, ...batches] = lines;
      const isSame = (header as { exhaustive?: string } | undefined)?.exhaustive === fingerprint;
      const known = new Map((isSame ? (batches as Line[]) : []).map(({ batch, tried }) => [batch, tried]));
      // Written again, without a last line that is cut off.
      const kept = [...known].map(([batch, tried]): Line => ({ batch, tried }));
      saving(file, () => {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, [{ exhaustive: fingerprint }, ...kept].map(lineOf).join(''));
      });
      return known;
    },
    async add(batch, tried) {
      saving(file, () => appendFileSync(file, lineOf({ batch, tried })));
    },
    async remove() {
      rmSync(file, { force: true });
    },
  };
}

/** Remembers nothing. */
export const unsaved: SavedBatches = {
  open: async () => new Map(),
  add: async () => undefined,
  remove: async () => undefined,
};

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The last line may be cut off, if the search was killed. */
function linesOf(text: string): unknown[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}

function saving(file: string, write: () => void): void {
  writing(file, 'progress-unwritable', 'choose another folder with --report DIR', write);
}
