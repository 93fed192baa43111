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
import type { Mapping } from '../history/import/log/mapping.ts';
import { ratchetImport } from '../history/import/ratchet-import.ts';
import type { PartedHistory } from '../history/parted-history.ts';
import { withPackage } from '../optional-package.ts';
import { isSeekable, nameOfInput, readBytes, readInput } from './input.ts';
import { readWithin } from './read-within.ts';

export interface SourceOptions {
  /** What the files are written in: a name of the import formats; recognised by their first bytes. */
  from?: string;
  /** The path of a mapping: the files are the user's own logs (docs/LOGS.md). */
  map?: string;
  /** What the registers of Jepsen begin at; null. */
  initial?: Value;
}

export interface LoadedHistory extends ImportedHistory {
  file: string;
  /** The detected format, unless it is the default or the command line names a format. */
  recognised?: string;
  /** The properties that are judged by default in this format. */
  properties?: readonly string[];
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
  properties: readonly string[] | undefined;
}

/** @throws UsageError if the options contradict each other, or the mapping is invalid */
export async function openSource({ from, map, initial }: SourceOptions): Promise<Source> {
  const named = from === undefined ? undefined : requireFormat(from);
  const given = new Set<keyof ImportOptions>();
  if (map !== undefined) given.add('mapping');
  if (initial !== undefined) given.add('initial');
  if (named !== undefined) requireOptions(named, given);
  const mapping = map === undefined ? undefined : await loadMapping(map);
  const options = { ...(initial === undefined ? {} : { initial }), ...(mapping === undefined ? {} : { mapping }) };
  const open = async (file: string, onRead: (bytes: number) => void = () => undefined): Promise<OpenInput> => {
    const name = nameOfInput(file);
    if (named !== undefined) return { format: named, input: { name, bytes: counted(file, onRead) } };
    const { firstBytes, bytes } = await peek(counted(file, onRead), firstBytesMax);
    const format = recogniseFormat(firstBytes, mapping !== undefined);
    requireOptions(format, given, name);
    const isDefault = format === defaultFormat(mapping !== undefined);
    return { format, input: { name, bytes }, ...(isDefault ? {} : { recognised: format.name }) };
  };
  const load = async (file: string): Promise<LoadedHistory> => loadAs(await open(file), options);
  const loadWithin: Source['loadWithin'] = async (file, memoryBytes, onRead) => {
    const opened = await open(file, onRead);
    if (opened.format !== ratchetImport) return loadAs(opened, options);
    const read = await readWithin(opened.input, isSeekable(file) ? file : undefined, memoryBytes);
    const { name } = opened.input;
    return 'parted' in read ? { file: name, history: read.parted, close: read.close } : { file: name, history: read };
  };
  return { load, loadWithin, properties: mapping?.properties };
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
async function loadMapping(map: string): Promise<Mapping> {
  const load = () => import('../history/import/log/mapping.ts');
  const { parseMapping } = await withPackage('yaml', '--map', load);
  return parseMapping(await readInput(map), nameOfInput(map));
}

function requireFormat(name: string): ImportFormat {
  const format = formatNamed(name);
  if (format !== undefined) return format;
  const hint = `available: ${importFormats.map((each) => each.name).join(', ')}`;
  throw new UsageError('format-unknown', `no format is called "${name}"`, hint);
}

/** @throws UsageError if the format requires a mapping, or does not accept an option */
function requireOptions({ name, options }: ImportFormat, given: ReadonlySet<keyof ImportOptions>, file?: string): void {
  const what = file === undefined ? `--from ${name}` : `${file}, which is read as ${name}`;
  if (options.includes('mapping') && !given.has('mapping')) throw contradiction(`--from ${name} needs a --map`);
  if (given.has('mapping') && !options.includes('mapping')) {
    throw contradiction(`--map is for your own logs (--from ${formatsWith('mapping')}), not for ${what}`);
  }
  if (given.has('initial') && !options.includes('initial')) {
    throw contradiction(`--initial is for --from ${formatsWith('initial')}, not for ${what}`);
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
