/** Reads the logs of a team, in any format of the registry. */
import { UsageError } from '../../../errors.ts';
import type { Fields } from '../../event-shape.ts';
import { HistoryReader } from '../../reader.ts';
import type { ImportInput, ImportOptions, ImportedHistory } from '../import-format.ts';
import { textPieces } from '../input-text.ts';
import { locating } from '../problem.ts';
import { joinMappings, mappingOfUrl, missingFields, type MappingFile } from './complete-mapping.ts';
import { LogAdding, RECORDS_TO_INFER } from './log-adding.ts';
import type { LogFormat } from './log-format.ts';
import { LogHistory } from './log-history.ts';
import type { LogRecord } from './log-record.ts';

/** Into memory. @throws UsageError `FILE:LINE: what is wrong` */
export async function readLog(input: ImportInput, format: LogFormat, options: ImportOptions): Promise<ImportedHistory> {
  const history = new LogHistory({ isMerged: false });
  const notes = await addLog(history, input, format, options);
  const reader = new HistoryReader(input.name);
  for (const line of history.history(input.name)) reader.push(Buffer.from(line));
  return { history: reader.end(), log: history.lines, notes };
}

/**
 * Adds the records of a file to a history.
 * @returns what was assumed, in sentences
 * @throws UsageError `FILE:LINE: what is wrong`
 */
export async function addLog(
  history: LogHistory,
  input: ImportInput,
  format: LogFormat,
  options: ImportOptions,
): Promise<readonly string[]> {
  const file = input.name;
  const given = mappingFor(format, options, file);
  const adding = new LogAdding(history, file, format, given);
  const reader = await format.open(file);
  const read = (work: () => LogRecord[]): LogRecord[] => locating(file, 'log-invalid', work);
  for await (const piece of textPieces(input, PIECE_BYTES)) adding.add(read(() => reader.push(piece)));
  adding.add(read(() => reader.end()));
  return adding.end();
}

/** The fields of the first records of a file. @throws UsageError `FILE:LINE: what is wrong` */
export async function firstRecords(input: ImportInput, format: LogFormat): Promise<Fields[]> {
  const file = input.name;
  const reader = await format.open(file);
  const records: LogRecord[] = [];
  for await (const piece of textPieces(input, PIECE_BYTES)) {
    records.push(...locating(file, 'log-invalid', () => reader.push(piece)));
    if (records.length >= RECORDS_TO_INFER) break;
  }
  if (records.length < RECORDS_TO_INFER) records.push(...locating(file, 'log-invalid', () => reader.end()));
  return records.slice(0, RECORDS_TO_INFER).flatMap((record) => ('fields' in record ? [record.fields] : []));
}

const PIECE_BYTES: number = 1024 * 1024;

/** @throws UsageError if no mapping is for logs of this format */
function mappingFor(format: LogFormat, { mapping = [], url }: ImportOptions, file: string): MappingFile {
  const found = mapping.find(({ given }) => given.format === undefined || given.format === format.name);
  const ofUrl = url === undefined ? undefined : mappingOfUrl(url);
  if (found !== undefined) return { ...found, given: { ...found.given, ...ofUrl } };
  if (ofUrl !== undefined) return { given: ofUrl, where: `--url ${url}` };
  if (missingFields(joinMappings({}, format)).length === 0) return { given: {}, where: file };
  const way = format.isInferred === true ? '--url, such as --url /api/stories/:story/status, or --map' : '--map';
  throw new UsageError(
    'mapping-missing',
    `${file} is ${format.noun}, which needs a ${way}`,
    `\`ratchet map ${file}\` proposes a mapping`,
  );
}
