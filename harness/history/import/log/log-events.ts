/** Makes the events of a history from the entries of a log, in the order of time. */
import type { HistoryEvent, Value } from '../../event.ts';
import { singleTypes } from '../../event-shape.ts';
import type { LogEntry } from './log-line.ts';
import type { Mark } from './mark-sorter.ts';
import { ProcessNames } from './process-names.ts';

/** @param start the time of the history's beginning, in nanoseconds since 1970 */
export function* eventsOf(marks: Iterable<Mark>, start: bigint): Generator<HistoryEvent> {
  const names = new ProcessNames();
  const generations = new Generations();
  /** Of operations in flight, by the number of their entry. */
  const processes = new Map<number, string>();
  let index = 0;
  for (const { entry, what, time, number } of marks) {
    const { f, type, session, story, carried, line } = entry;
    const process = processes.get(number) ?? processOf(entry, names);
    const value = what === 'begin' && f === 'read' ? undefined : valueOf(entry, generations);
    const body = {
      time: Number(time - start),
      process,
      ...(session === undefined ? {} : { session }),
      f,
      ...(story === undefined ? {} : { key: story }),
    };
    const withValue = value === undefined ? {} : { value };
    if (what !== 'end' && !singleTypes.has(f)) {
      yield { index, ...body, type: 'invoke', ...(f === 'read' ? {} : withValue) } as HistoryEvent;
      index += 1;
    }
    if (what === 'begin') {
      processes.set(number, process);
      continue;
    }
    processes.delete(number);
    yield { index, ...body, type, ...withValue, ...carried, log_line: line } as HistoryEvent;
    index += 1;
    if (type !== 'info') names.release(process);
  }
}

function processOf({ f, session }: LogEntry, names: ProcessNames): string {
  if (session === undefined) return f === 'commit' ? 'db' : 'nemesis';
  return f === 'show' || f === 'receive' ? names.of(session) : names.take(session, f);
}

function valueOf(entry: LogEntry, generations: Generations): Value | undefined {
  const { progress, status } = entry;
  if (progress === undefined) return undefined;
  const generation = generations.numberOf(entry);
  return {
    ...(generation === undefined ? {} : { generation }),
    progress,
    ...(status === undefined ? {} : { status }),
  };
}

/** Numbers the generations of each story. */
class Generations {
  readonly #seen = new Map<string, Map<string, number>>();

  numberOf({ story, generation, isGenerationCounted }: LogEntry): number | undefined {
    if (!isGenerationCounted) return generation as number | undefined;
    const key = String(story);
    const seen = this.#seen.get(key) ?? new Map<string, number>();
    this.#seen.set(key, seen);
    const id = JSON.stringify(generation);
    const number = seen.get(id) ?? seen.size + 1;
    seen.set(id, number);
    return number;
  }
}
