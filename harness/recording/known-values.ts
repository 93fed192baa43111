/**
 * Orders a read after the commit that it saw. A database answers reads of a commit before the commit is reported, so
 * without this a history could show a value before its origin. Only a value that no recorded write or commit has needs to
 * wait, as of an application that writes by a function of the database or in bulk.
 */
import type { HistoryEvent, ProgressValue } from '../history/event.ts';
import type { ObservedProgress } from '../port/subject.ts';
import type { Recorder } from './recorder.ts';

export interface KnownValues {
  /**
   * `undefined` if the history has a commit, or a write that may have happened, with this value; otherwise a promise that resolves when every
   * commit made so far has been recorded.
   */
  await(key: string, value: ProgressValue): Promise<void> | undefined;
  /** The last commit of the story that has been recorded; `undefined` without commits. */
  latest(key: string): ObservedProgress | undefined;
}

/** @param commitsDelivered resolves when every commit made so far has been reported */
export function followValues(recorder: Pick<Recorder, 'follow'>, commitsDelivered: () => Promise<void>): KnownValues {
  const known = new Set<string>();
  const latest = new Map<string, ProgressValue>();
  recorder.follow((event) => {
    if (!isOrigin(event) || !isProgress(event.value)) return;
    const key = String(event.key);
    known.add(nameOf(key, event.value));
    if (event.f === 'commit') latest.set(key, event.value);
  });
  return {
    latest(key) {
      const value = latest.get(key);
      return value === undefined ? undefined : { generation: 1, ...value };
    },
    await(key, value) {
      const isBeginning = value.progress === 0 && (value.generation ?? 1) === 1;
      if (isBeginning || known.has(nameOf(key, value))) return undefined;
      // A feed of commits that breaks ends the run by itself.
      return commitsDelivered().catch(() => undefined);
    },
  };
}

/** A write that is under way may still fail, while its value is committed in another way. */
function isOrigin({ f, type }: HistoryEvent): boolean {
  return f === 'commit' || ((f === 'write' || f === 'start') && (type === 'ok' || type === 'info'));
}

function isProgress(value: HistoryEvent['value']): value is ProgressValue {
  return typeof value === 'object' && value !== null && 'progress' in value;
}

function nameOf(key: string, { generation = 1, progress }: ProgressValue): string {
  return `${generation} ${progress} ${key}`;
}
