/** Reads histories from files, in any format of the registry. */
import { UsageError } from '../errors.ts';
import type { Value } from '../history/event.ts';
import { peek } from '../history/import/first-bytes.ts';
import type { ImportFormat, ImportInput, ImportOptions, ImportedHistory } from '../history/import/import-format.ts';
import {
  defaultFormat,
  firstBytesMax,
  formatNamed,
  importFormats,
  recogniseFormat,
} from '../history/import/import-formats.ts';
import type { MappingFile } from '../history/import/log/complete-mapping.ts';
import { ratchetImport } from '../history/import/ratchet-import.ts';
import type { PartedHistory } from '../history/parted-history.ts';
import { withPackage } from '../optional-package.ts';
import { required } from '../required.ts';
import { isSeekable, nameOfInput, readBytes, readInput } from './input.ts';
import { readWithin } from './read-within.ts';

export interface SourceOptions {
  /** What the files are written in: a name of the import formats; recognised by their first bytes. */
  from?: string;
  /** The paths of mappings: the files are the user's own logs (docs/LOGS.md). */
  map?: string | readonly string[];
  /** The pattern of the URL of status requests, such as /api/stories/:story/status, in the user's own logs. */
  url?: string;
  /** What the registers of Jepsen begin at; null. */
  initial?: Value;
}

export interface LoadedHistory extends ImportedHistory {
  file: string;
  /** The detected format, unless it is the default or the command line names a format. */
  recognised?: string;
  /** The properties that are judged by default in this format. */
  properties?: readonly string[];
  /** Why these are not all, for a note. */
  propertiesReason?: string;
  /** Of logs: whether the times of their requests say how long these took. */
  knowsLatencies?: boolean;
  /** Of merged logs: the properties that compare events of different files. */
  dependsOnClocks?: readonly string[];
}

export interface LoadedParts extends Omit<LoadedHistory, 'history'> {
  history: PartedHistory;
  close: () => void;
}

/** Reads each file, and names the properties that are judged by default. */
export interface Source {
  load(file: string): Promise<LoadedHistory>;
  /**
   * Reads a history that needs more memory in parts; they must be closed.
   * @param onRead called with the number of bytes that have been read so far
   */
  loadWithin(file: string, memoryBytes: number, onRead: (bytes: number) => void): Promise<LoadedHistory | LoadedParts>;
  /** Reads logs of one incident as one history, in the order of their times. */
  loadMerged(
    files: readonly string[],
    memoryBytes: number,
    progressOf: (file: string) => (bytes: number) => void,
  ): Promise<LoadedHistory | LoadedParts>;
  properties: readonly string[] | undefined;
}

/** @throws UsageError if the options contradict each other, or the mapping is invalid */
export async function openSource({ from, map, initial, url }: SourceOptions): Promise<Source> {
  const named = from === undefined ? undefined : requireFormat(from);
  const maps = map === undefined ? [] : [map].flat();
  const given = new Set<keyof ImportOptions>();
  if (maps.length > 0) given.add('mapping');
  if (url !== undefined) given.add('url');
  if (initial !== undefined) given.add('initial');
  if (named !== undefined) requireOptions(named, given);
  const mapping = maps.length === 0 ? undefined : await loadMappings(maps);
  const options: ImportOptions = {
    ...(initial === undefined ? {} : { initial }),
    ...(mapping === undefined ? {} : { mapping }),
    ...(url === undefined ? {} : { url }),
  };
  const isMapped = mapping !== undefined || url !== undefined;
  const open = async (file: string, onRead: (bytes: number) => void = () => undefined): Promise<OpenInput> => {
    const name = nameOfInput(file);
    if (named !== undefined) return { format: named, input: { name, bytes: counted(file, onRead) } };
    const { firstBytes, bytes } = await peek(counted(file, onRead), firstBytesMax);
    const format = recogniseFormat(firstBytes, isMapped);
    requireOptions(format, given, name);
    const isDefault = format === defaultFormat(isMapped);
    return { format, input: { name, bytes }, ...(isDefault ? {} : { recognised: format.name }) };
  };
  const load = async (file: string): Promise<LoadedHistory> => loadAs(await open(file), options);
  const loadWithin: Source['loadWithin'] = async (file, memoryBytes, onRead) => {
    const opened = await open(file, onRead);
    if (opened.format.log !== undefined) return loadLogs([async () => opened], options, memoryBytes);
    if (opened.format !== ratchetImport) return loadAs(opened, options);
    const read = await readWithin(opened.input, isSeekable(file) ? file : undefined, memoryBytes);
    return asLoaded(opened.input.name, read);
  };
  const loadMerged: Source['loadMerged'] = async (files, memoryBytes, progressOf) =>
    loadLogs(
      files.map((file) => async () => requireLog(await open(file, progressOf(file)))),
      options,
      memoryBytes,
    );
  const properties = mapping?.find((each) => each.given.properties !== undefined)?.given.properties;
  return { load, loadWithin, loadMerged, properties };
}

/** Only logs have times of day, by which they can be merged. */
function requireLog(opened: OpenInput): OpenInput {
  if (opened.format.log !== undefined) return opened;
  throw contradiction(
    `--merge is for your own logs, not for ${opened.input.name}, which is read as ${opened.format.name}`,
  );
}

/** One file after another is opened and read. */
async function loadLogs(
  files: readonly (() => Promise<OpenInput>)[],
  options: ImportOptions,
  memoryBytes: number,
): Promise<LoadedHistory | LoadedParts> {
  const { readLogsWithin } = await import('./read-logs-within.ts');
  const formats = new Set<string>();
  const logs = files.map((open) => async () => {
    const { format, input, recognised } = await open();
    if (recognised !== undefined) formats.add(recognised);
    return { format: required(format.log, 'a format of logs'), input };
  });
  const logsRead = await readLogsWithin(logs, options, memoryBytes);
  const { read, name, log, notes, properties, knowsLatencies, dependsOnClocks } = logsRead;
  const recognised = formats.size === 0 ? {} : { recognised: [...formats].join(', ') };
  const judged = properties === undefined ? {} : { properties, propertiesReason: READS_ONLY };
  return { ...asLoaded(name, read), log, notes, knowsLatencies, dependsOnClocks, ...recognised, ...judged };
}

const READS_ONLY = 'the log has no writes: only what follows from its reads is judged';

function asLoaded(file: string, read: Awaited<ReturnType<typeof readWithin>>): LoadedHistory | LoadedParts {
  return 'parted' in read ? { file, history: read.parted, close: read.close } : { file, history: read };
}

async function* counted(file: string, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of readBytes(file)) {
    read += chunk.length;
    onRead(read);
    yield chunk;
  }
}

interface OpenInput {
  format: ImportFormat;
  input: ImportInput;
  recognised?: string;
}

async function loadAs({ format, input, recognised }: OpenInput, options: ImportOptions): Promise<LoadedHistory> {
  const { properties } = format;
  const imported = await format.read(input, options);
  return {
    file: input.name,
    ...imported,
    ...(properties === undefined ? {} : { properties }),
    ...(recognised === undefined ? {} : { recognised }),
  };
}

/** Loads the YAML parser only if there is a mapping. */
async function loadMappings(maps: readonly string[]): Promise<MappingFile[]> {
  const load = () => import('../history/import/log/mapping.ts');
  const { parseMapping } = await withPackage('yaml', '--map', load);
  const mappings: MappingFile[] = [];
  for (const map of maps) mappings.push(parseMapping(await readInput(map), nameOfInput(map)));
  for (const { given, where } of mappings) requireLogFormat(given.format, where);
  return mappings;
}

/** @throws UsageError if a mapping is for a format that does not exist */
function requireLogFormat(name: string | undefined, where: string): void {
  if (name === undefined || formatNamed(name)?.log !== undefined) return;
  throw new UsageError(
    'mapping-invalid',
    `${where}: format: no format of logs is called "${name}"`,
    `available: ${formatsWith('mapping')}`,
  );
}

function requireFormat(name: string): ImportFormat {
  const format = formatNamed(name);
  if (format !== undefined) return format;
  const hint = `available: ${importFormats.map((each) => each.name).join(', ')}`;
  throw new UsageError('format-unknown', `no format is called "${name}"`, hint);
}

/** @throws UsageError if the format does not accept an option */
function requireOptions({ name, options }: ImportFormat, given: ReadonlySet<keyof ImportOptions>, file?: string): void {
  const what = file === undefined ? `--from ${name}` : `${file}, which is read as ${name}`;
  const flags = { mapping: '--map', url: '--url', initial: '--initial' } as const;
  for (const option of given) {
    if (options.includes(option)) continue;
    const whose = option === 'initial' ? `--from ${formatsWith('initial')}` : 'your own logs';
    throw contradiction(`${flags[option]} is for ${whose}, not for ${what}`);
  }
}

function formatsWith(option: keyof ImportOptions): string {
  return importFormats
    .filter(({ options }) => options.includes(option))
    .map(({ name }) => name)
    .join(' or ');
}

function contradiction(message: string): UsageError {
  return new UsageError('flags-contradictory', message);
}
