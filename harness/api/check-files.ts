import type { CheckOptions, Validity } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import { asColumns } from '../history/columns-builder.ts';
import type { History } from '../history/event.ts';
import type { Selection } from '../history/selection.ts';
import type { Reporter } from '../port/reporter.ts';
import { checkHistories, type HistoryFile, type HistoryToLoad } from '../runner/check-histories.ts';
import { requireProperties } from '../runner/judgement.ts';
import { searchTime } from '../runner/search-time.ts';
import { nameOfInput } from './input.ts';
import { readingProgress } from './reading-progress.ts';
import { openSource, type LoadedHistory, type LoadedParts, type Source, type SourceOptions } from './history-source.ts';
import { definedFields } from '../defined-fields.ts';

/** The bounds are over those that the plan of a run promises. */
export interface CheckFilesOptions extends SourceOptions, Omit<CheckOptions, 'isOverdue'>, Partial<Selection> {
  /** What to judge; what the plan of a run promises, and every property of other histories. */
  properties?: readonly string[];
  /** How many milliseconds the search of `linearizable` may take for each history; 10,000 if missing. */
  timeoutMs?: number;
  /** About how many bytes of memory to use; a history that needs more is judged in parts, from disk. 512 MiB if missing. */
  memoryBytes?: number;
  /** The files are logs of one incident: they are judged as one history, in the order of their times. */
  merge?: boolean;
  /** The times of merged files are of one clock. Otherwise, what compares events of different files is not judged. */
  oneClock?: boolean;
  /** Called with messages about how far it is. */
  onProgress?(message: string): void;
  /** Told of everything as it happens. What it throws ends the call. */
  reporter?: Reporter;
}

/**
 * One after another is read, judged and reported: where one is bad, there is no verdict on it and on the following ones.
 * @param histories paths of files, `.gz` too, `-` for standard input; or histories themselves
 * @returns all verdicts together
 * @throws UsageError for a file that cannot be read, a history that is not valid, and options that contradict each other
 */
export async function checkFiles(
  histories: readonly (string | History)[],
  options: CheckFilesOptions,
): Promise<Validity> {
  if (histories.filter((each) => each === '-').length > 1) throw new UsageError('stdin-twice', '- is given twice');
  if (options.oneClock === true && options.merge !== true) {
    throw new UsageError('flags-contradictory', '--one-clock is about files that are merged', 'add --merge');
  }
  const source = await openSource(options);
  const asked = options.properties ?? source.properties;
  const properties = asked === undefined ? undefined : requireProperties(asked);
  const withLatencies: Loading['withLatencies'] = (loaded) => {
    if (options.maxLatencyMs === undefined || loaded.knowsLatencies !== false) return loaded;
    const message = `${loaded.file}: has no exact durations, so the latency of its reads cannot be judged`;
    throw new UsageError(
      'latency-unknown',
      message,
      'a mapping names them by took or began, in less than whole seconds',
    );
  };
  const { memoryBytes = MEMORY_BYTES, onProgress = () => undefined } = options;
  const files =
    options.merge === true
      ? [mergedToLoad(histories, { source, memoryBytes, told: onProgress, withLatencies, oneClock: options.oneClock })]
      : histories.map((history, at) => {
          const which = histories.length > 1 ? `file ${at + 1} of ${histories.length}: ` : '';
          return toLoad(history, at, {
            source,
            memoryBytes,
            told: (message) => onProgress(which + message),
            withLatencies,
          });
        });
  const { keys, sessions } = options;
  return checkHistories({
    files,
    selection: { ...(keys === undefined ? {} : { keys }), ...(sessions === undefined ? {} : { sessions }) },
    properties,
    bounds: () => boundsOf(options),
    reporter: options.reporter ?? {},
  });
}

const MEMORY_BYTES: number = 512 * 1024 * 1024;

interface Loading {
  source: Source;
  memoryBytes: number;
  told(message: string): void;
  /** @throws UsageError if latencies are bounded and the log does not have them */
  withLatencies(loaded: LoadedHistory | LoadedParts): LoadedHistory | LoadedParts;
}

function toLoad(
  history: string | History,
  at: number,
  { source, memoryBytes, told, withLatencies }: Loading,
): HistoryToLoad {
  if (typeof history === 'string') {
    const file = nameOfInput(history);
    const load = async (): Promise<HistoryFile> => {
      const loaded = withLatencies(await source.loadWithin(history, memoryBytes, readingProgress(history, told)));
      told(`judging ${file}: ${loaded.history.length} events`);
      return loaded;
    };
    return { file, load };
  }
  const file = `history ${at + 1}`;
  return { file, load: async () => inColumns(history, file) };
}

/** All files as one history. @throws UsageError if one of them is not a file */
function mergedToLoad(
  histories: readonly (string | History)[],
  { source, memoryBytes, told, withLatencies, oneClock = false }: Loading & { oneClock?: boolean | undefined },
): HistoryToLoad {
  const paths = histories.filter((each) => typeof each === 'string');
  if (paths.length < histories.length) throw new UsageError('flags-contradictory', 'only files of logs can be merged');
  const file = paths.map(nameOfInput).join(' + ');
  const load = async (): Promise<HistoryFile> => {
    const progressOf = (path: string): ((bytes: number) => void) => readingProgress(path, told);
    const loaded = withLatencies(await source.loadMerged(paths, memoryBytes, progressOf));
    told(`judging ${file}: ${loaded.history.length} events`);
    if (paths.length < 2) return loaded;
    const { dependsOnClocks = [], notes = [], ...rest } = loaded;
    return oneClock
      ? { ...rest, notes: [...notes, CLOCKS_AGREE] }
      : { ...rest, dependsOnClocks, notes: [...notes, CLOCKS_DIFFER] };
  };
  return { file, load };
}

const CLOCKS_AGREE = 'merged by time: the clocks of the files are taken to agree';
const CLOCKS_DIFFER =
  'merged by time: the clocks of the files may differ by an unknown time, so what compares events of different files is not judged (--one-clock: they are of one clock)';

/** @throws UsageError */
function inColumns(history: History, file: string): HistoryFile {
  try {
    return { file, history: asColumns(history) };
  } catch (error) {
    throw new UsageError('history-invalid', `${file}: ${(error as Error).message}`, 'docs/HISTORY.md describes it');
  }
}

/** A time-out begins anew for each history. */
function boundsOf(options: CheckFilesOptions): CheckOptions {
  const { convergeWithinMs, maxStalenessMs, maxStalenessVersions, timeoutMs } = options;
  const { minAvailability, maxLatencyMs, finalLookAnswered } = options;
  const ofAvailability = { minAvailability, maxLatencyMs, finalLookAnswered };
  const given = { convergeWithinMs, maxStalenessMs, maxStalenessVersions, ...ofAvailability };
  return { ...definedFields(given), ...searchTime(timeoutMs) };
}
