/** Reads logs as one history, in a bounded amount of memory. */
import type { ImportInput, ImportOptions, ImportedHistory } from '../history/import/import-format.ts';
import type { LogFormat } from '../history/import/log/log-format.ts';
import { LogHistory } from '../history/import/log/log-history.ts';
import { addLog } from '../history/import/log/read-log.ts';
import { readWithin } from './read-within.ts';
import { UnnamedFile } from './unnamed-file.ts';

export interface LogInput {
  format: LogFormat;
  input: ImportInput;
}

export interface ReadLogs extends Pick<ImportedHistory, 'log' | 'notes'> {
  /** What can be judged of it, if that is not everything. */
  properties: readonly string[] | undefined;
  knowsLatencies: boolean;
  /** The properties that compare events of different files. */
  dependsOnClocks: readonly string[];
  /** Of the files. */
  name: string;
  read: Awaited<ReturnType<typeof readWithin>>;
}

/**
 * What does not fit into memory is sorted by time in a temporary file.
 * @throws UsageError `FILE:LINE: what is wrong`
 */
export async function readLogsWithin(
  logs: readonly (() => Promise<LogInput>)[],
  options: ImportOptions,
  memoryBytes: number,
): Promise<ReadLogs> {
  const files: UnnamedFile[] = [];
  const store = (): UnnamedFile => {
    const file = new UnnamedFile();
    files.push(file);
    return file;
  };
  const history = new LogHistory({ store, entriesMax: memoryBytes / BYTES_PER_ENTRY, isMerged: logs.length > 1 });
  const notes: string[] = [];
  try {
    const names: string[] = [];
    for (const open of logs) {
      const { format, input } = await open();
      names.push(input.name);
      const assumed = await addLog(history, input, format, options);
      notes.push(...assumed.map((note) => (logs.length > 1 ? `${input.name}: ${note}` : note)));
    }
    const name = names.join(' + ');
    const read = await readWithin({ name, bytes: bytesOf(history.history(name)) }, undefined, memoryBytes);
    const { lines: log, properties, knowsLatencies, dependsOnClocks } = history;
    return { name, read, log, notes, properties, knowsLatencies, dependsOnClocks };
  } finally {
    for (const file of files) file.close();
  }
}

/** About what an entry takes until it is sorted. */
const BYTES_PER_ENTRY = 2048;

const CHUNK_LENGTH: number = 256 * 1024;

async function* bytesOf(lines: Iterable<string>): AsyncGenerator<Uint8Array> {
  let text = '';
  for (const line of lines) {
    text += line;
    if (text.length < CHUNK_LENGTH) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}
