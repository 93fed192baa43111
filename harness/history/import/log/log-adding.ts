/** Adds the records of one file to a history, and infers what its mapping lacks. */
import { UsageError } from '../../../errors.ts';
import { MappingSchema, type Mapping } from './mapping-schema.ts';
import { completeMapping, joinMappings, missingFields, type MappingFile } from './complete-mapping.ts';
import type { LogFormat } from './log-format.ts';
import type { LogHistory } from './log-history.ts';
import type { LogRecord } from './log-record.ts';
import { mappingLines } from './propose/mapping-text.ts';
import type { Proposal } from './propose/draft.ts';
import { proposeMapping } from './propose/propose-mapping.ts';

/** How many records a mapping is inferred or proposed from. */
export const RECORDS_TO_INFER = 1000;

export class LogAdding {
  readonly #history: LogHistory;
  readonly #file: string;
  readonly #format: LogFormat;
  readonly #given: MappingFile;
  #mapping: Mapping | undefined;
  /** Until there is a mapping. */
  #waiting: LogRecord[] = [];
  readonly #notes: string[] = [];

  /** @throws UsageError if a field of the mapping is missing and cannot be inferred */
  constructor(history: LogHistory, file: string, format: LogFormat, given: MappingFile) {
    this.#history = history;
    this.#file = file;
    this.#format = format;
    this.#given = given;
    const isWhole = missingFields(joinMappings(given.given, format)).length === 0;
    if (isWhole || format.isInferred !== true) this.#mapping = completeMapping(given, format);
  }

  add(records: readonly LogRecord[]): void {
    if (this.#mapping !== undefined) return this.#history.add(records, this.#file, this.#mapping);
    for (const record of records) this.#waiting.push(record);
    if (this.#waiting.length >= RECORDS_TO_INFER) this.#infer();
  }

  /** @returns what was assumed, in sentences */
  end(): readonly string[] {
    if (this.#mapping === undefined) this.#infer();
    return this.#notes;
  }

  #infer(): void {
    const records = this.#waiting.flatMap((record) => ('fields' in record ? [record.fields] : []));
    const { given, where } = this.#given;
    const proposal = proposeMapping(records, this.#format, given);
    const inferred = withProposal(given, proposal);
    const [missing] = missingFields(joinMappings(inferred, this.#format));
    if (missing !== undefined) throw this.#notInferred(missing, records.length);
    this.#mapping = completeMapping({ given: inferred, where }, this.#format);
    const lines = mappingLines(proposal.fields, {});
    if (lines.length > 0) this.#notes.push(`inferred from its records: ${lines.join(', ')}`);
    this.#history.add(this.#waiting, this.#file, this.#mapping);
    this.#waiting = [];
  }

  #notInferred(field: string, records: number): UsageError {
    const url = this.#given.given.url?.pattern.map(({ text }) => text).join(' or ');
    const of = url === undefined ? '' : `, of which those with the URL ${url} count`;
    return new UsageError(
      'mapping-not-inferred',
      `${this.#file}:1: no ${field} was found in its first ${records} records${of}`,
      'a mapping (--map) names its field: docs/LOGS.md',
    );
  }
}

/** A proposed URL adds the messages of WebSockets to the given one. */
function withProposal(given: MappingFile['given'], { fields }: Proposal): MappingFile['given'] {
  const proposed = MappingSchema.parse(fields);
  const { url, story } = proposed;
  return { ...proposed, ...given, ...(url === undefined ? {} : { url, ...(story === undefined ? {} : { story }) }) };
}
