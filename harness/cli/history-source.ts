/** Histories from files, whatever they are written in. */
import type { PropertyName } from '../checker/properties.ts';
import { UsageError } from '../errors.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { Value } from '../history/event.ts';
import { importJepsenEdn, importJepsenJson } from '../history/import/jepsen.ts';
import type { JepsenOptions } from '../history/import/jepsen.ts';
import type { Skipped } from '../history/import/logs.ts';
import { HistoryReader } from '../history/reader.ts';
import { valueProblem } from '../history/event-shape.ts';
import { InvalidArgumentError, Option } from 'commander';
import { nameOfInput, readBytes, readInput } from './input.ts';

export interface SourceFlags {
  from: 'ratchet' | 'jepsen-edn' | 'jepsen-json';
  map?: string;
  initial?: Value;
}

export interface LoadedHistory {
  file: string;
  history: HistoryColumns;
  /** Of a log: its lines, and those that are no events. */
  log?: { lines: number; skipped: Skipped[] };
}

export const sourceOptions = (): Option[] => [
  new Option('--from <format>', 'what the files are written in')
    .choices(['ratchet', 'jepsen-edn', 'jepsen-json'])
    .default('ratchet'),
  new Option('--map <file>', 'the files are your own logs, and this says which fields are what (docs/LOGS.md)'),
  new Option('--initial <value>', 'what the registers of Jepsen begin at, as JSON (default: null)').argParser(initial),
];

/** A register may go back as it likes: only what does not speak of progress can be asked of it. */
const ofRegisters: readonly PropertyName[] = ['integrity', 'linearizable', 'staleness', 'availability'];

/** How to read each file, and what is judged where the command line does not say. */
export interface Source {
  load(file: string): Promise<LoadedHistory>;
  properties: readonly string[] | undefined;
}

/** @throws UsageError when the flags contradict each other, or the mapping is none */
export async function openSource({ from, map, initial }: SourceFlags): Promise<Source> {
  if (map !== undefined && from !== 'ratchet') throw contradiction('--map is for your own logs, --from for others');
  if (initial !== undefined && from === 'ratchet') throw contradiction('--initial is for --from jepsen-…');
  if (map !== undefined) {
    return openLogs(map);
  }
  if (from === 'ratchet') return { load: loadHistory, properties: undefined };
  const options = initial === undefined ? {} : { initial };
  return { load: (file) => loadJepsen(file, from, options), properties: ofRegisters };
}

async function loadHistory(file: string): Promise<LoadedHistory> {
  const reader = new HistoryReader(nameOfInput(file));
  for await (const bytes of readBytes(file)) reader.push(bytes);
  return { file: nameOfInput(file), history: reader.end() };
}

async function loadJepsen(
  file: string,
  from: 'jepsen-edn' | 'jepsen-json',
  options: JepsenOptions,
): Promise<LoadedHistory> {
  const parse = from === 'jepsen-edn' ? importJepsenEdn : importJepsenJson;
  return { file: nameOfInput(file), history: parse(await readInput(file), nameOfInput(file), options) };
}

/** Other histories are read without what knows YAML. */
async function openLogs(map: string): Promise<Source> {
  const [{ parseMapping }, { importLog }] = await Promise.all([
    import('../history/import/mapping.ts'),
    import('../history/import/logs.ts'),
  ]);
  const mapping = parseMapping(await readInput(map), nameOfInput(map));
  const load = async (file: string): Promise<LoadedHistory> => {
    const { history, ...log } = importLog(await readInput(file), nameOfInput(file), mapping);
    return { file: nameOfInput(file), history, log };
  };
  return { load, properties: mapping.properties };
}

function contradiction(message: string): UsageError {
  return new UsageError('flags-contradictory', message);
}

function initial(text: string): Value {
  const value = parseJson(text);
  const problem = value === undefined ? 'It must be JSON, e.g. 0 or "a".' : valueProblem(value);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return value as Value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
