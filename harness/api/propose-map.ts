/** Proposes the mapping of a log from its first records. */
import { UsageError } from '../errors.ts';
import type { Fields } from '../history/event-shape.ts';
import { formatNamed, importFormats, recogniseFormat } from '../history/import/import-formats.ts';
import { firstBytesMax } from '../history/import/import-formats.ts';
import { peek } from '../history/import/first-bytes.ts';
import { joinMappings, missingFields } from '../history/import/log/complete-mapping.ts';
import type { LogFormat } from '../history/import/log/log-format.ts';
import { MappingSchema } from '../history/import/log/mapping-schema.ts';
import { mappingLines } from '../history/import/log/propose/mapping-text.ts';
import { proposeMapping } from '../history/import/log/propose/propose-mapping.ts';
import { firstRecords } from '../history/import/log/read-log.ts';
import { nameOfInput, readBytes } from './input.ts';

export interface ProposedMap {
  /** The text of a mapping, in YAML. */
  lines: readonly string[];
  /** The required fields that were not found; the mapping is not complete. */
  missing: readonly string[];
}

/**
 * @param file its path, or `-` for standard input
 * @param from the format, as `check` names it; recognised by the first bytes if missing
 * @throws UsageError if it is not a log, or has no record
 */
export async function proposeMap(file: string, from?: string): Promise<ProposedMap> {
  const name = nameOfInput(file);
  const { firstBytes, bytes } = await peek(readBytes(file), firstBytesMax);
  const format = from === undefined ? logFormatOf(firstBytes, name) : requireLogFormat(from);
  const records = await firstRecords({ name, bytes }, format);
  if (records.length === 0) throw new UsageError('log-empty', `${name}: has no record of ${format.noun}`);
  return proposed(name, format, records);
}

function proposed(name: string, format: LogFormat, records: readonly Fields[]): ProposedMap {
  const { fields, reasons } = proposeMapping(records, format);
  const missing = missingFields(joinMappings(MappingSchema.parse(fields), format));
  const lines = mappingLines({ format: format.name, ...fields }, reasons);
  const first = `# Proposed from the first ${records.length} records of ${name.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')}. Check every line: docs/LOGS.md describes them.`;
  const isWithoutGeneration = joinMappings(MappingSchema.parse(fields), format).generation === undefined;
  const gaps = [
    ...missing.map((field) => `# ${field}: not found`),
    ...(isWithoutGeneration ? ['# generation: not found: work that begins again counts as a reversion'] : []),
  ];
  return { lines: [first, ...lines, ...gaps], missing };
}

/** @throws UsageError for a history */
function logFormatOf(firstBytes: Uint8Array, name: string): LogFormat {
  const { log, name: format } = recogniseFormat(firstBytes, false);
  const found = log ?? (format === 'ratchet' ? recogniseFormat(firstBytes, true).log : undefined);
  const isHistory =
    log === undefined && importFormats.some((each) => each.log === undefined && each.recognise(firstBytes));
  if (found !== undefined && !isHistory) return found;
  throw new UsageError(
    'not-a-log',
    `${name} is a history (${format}), which \`ratchet check\` reads without a mapping`,
  );
}

function requireLogFormat(from: string): LogFormat {
  const log = formatNamed(from)?.log;
  if (log !== undefined) return log;
  throw new UsageError(
    'format-unknown',
    `${from} is not a format of logs`,
    `available: ${logFormatNames().join(', ')}`,
  );
}

/** The formats that have a mapping. */
export function logFormatNames(): string[] {
  return importFormats.filter(({ log }) => log !== undefined).map(({ name }) => name);
}
