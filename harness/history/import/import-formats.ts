/** The registry of import formats: a new format is a file and a line here, or in `log/log-formats.ts`. */
import type { ImportFormat } from './import-format.ts';
import { jepsenEdnImport } from './jepsen/jepsen-edn-import.ts';
import { jepsenJsonImport } from './jepsen/jepsen-json-import.ts';
import { jsonLog } from './log/formats/json-log.ts';
import { logFormats } from './log/log-formats.ts';
import { logImport } from './log/log-import.ts';
import { ratchetImport } from './ratchet-import.ts';

/** In order of precedence: a format that is a special case of another comes before it. */
export const importFormats: readonly ImportFormat[] = [
  ratchetImport,
  jepsenEdnImport,
  jepsenJsonImport,
  ...logFormats.map(logImport),
];

const FIRST_BYTES = 8 * 1024;

/** How many bytes from the beginning of a file are needed to recognise its format. */
export const firstBytesMax: number = Math.max(...importFormats.map((format) => format.firstBytesMax ?? FIRST_BYTES));

/**
 * The first format that recognises a file by its first bytes, with a mapping only among the formats of logs; otherwise
 * `defaultFormat`, which refuses the file with the line that is wrong.
 */
export function recogniseFormat(firstBytes: Uint8Array, isMapped: boolean): ImportFormat {
  const recognised = importFormats.find(
    (format) =>
      (!isMapped || format.log !== undefined) &&
      format.recognise(firstBytes.subarray(0, format.firstBytesMax ?? FIRST_BYTES)),
  );
  return recognised ?? defaultFormat(isMapped);
}

/** The format for a file that no format recognises. */
export function defaultFormat(isMapped: boolean): ImportFormat {
  return requireFormat(isMapped ? jsonLog.name : ratchetImport.name);
}

export function formatNamed(name: string): ImportFormat | undefined {
  return importFormats.find((format) => format.name === name);
}

function requireFormat(name: string): ImportFormat {
  const format = formatNamed(name);
  if (format === undefined) throw new Error(`the format ${name} is not registered`);
  return format;
}
