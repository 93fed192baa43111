/** The formats that histories are read from: one file and one line each. */
import type { ImportFormat } from './import-format.ts';
import { jepsenEdnImport } from './jepsen/jepsen-edn-import.ts';
import { jepsenJsonImport } from './jepsen/jepsen-json-import.ts';
import { jsonLogImport } from './log/json-log-import.ts';
import { ratchetImport } from './ratchet-import.ts';

/** In order of precedence: a format that is a special case of another stands before it. */
export const importFormats: readonly ImportFormat[] = [ratchetImport, jepsenEdnImport, jepsenJsonImport, jsonLogImport];

const FIRST_BYTES = 8 * 1024;

/** How many bytes from the beginning of a file tell every format from the others. */
export const firstBytesMax: number = Math.max(...importFormats.map((format) => format.firstBytesMax ?? FIRST_BYTES));

/**
 * The first format that recognises a file by its first bytes, among those that need a mapping or among those that do
 * not; otherwise `defaultFormat`, which says on which line it is something else.
 */
export function recogniseFormat(firstBytes: Uint8Array, isMapped: boolean): ImportFormat {
  const recognised = importFormats.find(
    (format) =>
      isMapped === format.options.includes('mapping') &&
      format.recognise(firstBytes.subarray(0, format.firstBytesMax ?? FIRST_BYTES)),
  );
  return recognised ?? defaultFormat(isMapped);
}

/** What a file is read as that no format recognises. */
export function defaultFormat(isMapped: boolean): ImportFormat {
  return isMapped ? jsonLogImport : ratchetImport;
}

export function formatNamed(name: string): ImportFormat | undefined {
  return importFormats.find((format) => format.name === name);
}
