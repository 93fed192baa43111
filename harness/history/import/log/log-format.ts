/** The interface of a format of logs: how its files become records, and what needs no mapping. */
import type { RecordReader } from './log-record.ts';
import type { MappingFields } from './mapping-schema.ts';

export interface LogFormat {
  /** As `--from` names it. */
  readonly name: string;
  /** In a sentence: `a HAR file`. */
  readonly noun: string;
  /** Whether a file with these first bytes has this format. The bytes may end anywhere. */
  recognise(firstBytes: Uint8Array): boolean;
  /**
   * Imports the code of its reader, so that reading one format does not load the others.
   * @param file the name of the file, of which a format may make the session
   */
  open(file: string): Promise<RecordReader>;
  /** What the records have by themselves; a mapping may say otherwise. */
  readonly fields?: MappingFields;
  /** What a mapping lacks is inferred from the first records, if it has at least the pattern of a URL. */
  readonly isInferred?: true;
}
