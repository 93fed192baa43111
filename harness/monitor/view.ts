/** Judges the values of one view as they come, in constant memory, as the property `monotonic-view` judges a whole history. */

/** A progress as a user is shown it. */
export interface Progress {
  /** 0 to 100. */
  progress: number;
  /** Counts the generations of the key from 1, which is the default. */
  generation?: number | undefined;
  /** `completed` and `failed` end a generation; other words do not. */
  status?: string | null | undefined;
}

/** What is remembered of a view; plain data, which can be saved and read again. */
export interface View<T extends Progress = Progress> {
  greatest?: T;
  /** The first values of the generation of the greatest that ended it. */
  completed?: T;
  failed?: T;
  latest?: T;
  /** The latest value is older than an earlier one. */
  isBelow?: boolean;
}

/**
 * Adds a value to a view.
 * @param isHeld an older value is not shown: a later one need not be newer than it
 * @returns whether the value is older than an earlier one; and where this is a step back, the earlier value: the one
 *   before it, if it is older than that, else the one that it must not be older than. What follows below, without a further
 *   step back, belongs to the same reversion.
 */
export function addTo<T extends Progress>(view: View<T>, value: T, isHeld = false): { isOlder: boolean; from?: T } {
  const { latest, isBelow } = view;
  const floor = floorOf(view, value);
  const isStepBack = latest !== undefined && isOlder(value, latest);
  view.isBelow = floor !== undefined;
  view.latest = value;
  if (floor === undefined || !isHeld) raise(view, value);
  if (floor === undefined) return { isOlder: false };
  return { isOlder: true, ...(isStepBack ? { from: latest } : isBelow ? {} : { from: floor }) };
}

/** Whether a value is older than another: of an earlier generation, of less progress, or without the end of the other. */
function isOlder(value: Progress, than: Progress): boolean {
  return compare(value, than) < 0 || reopens(value, than);
}

/** An earlier value than which this one is older. */
function floorOf<T extends Progress>({ greatest, failed, completed }: View<T>, value: T): T | undefined {
  if (greatest === undefined || compare(value, greatest) < 0) return greatest;
  return [failed, completed].find((end) => end !== undefined && reopens(value, end));
}

function raise<T extends Progress>(view: View<T>, value: T): void {
  const { greatest } = view;
  if (greatest === undefined || compare(value, greatest) > 0) view.greatest = value;
  if (greatest !== undefined && generationOf(value) > generationOf(greatest)) {
    delete view.completed;
    delete view.failed;
  }
  if (endOf(value) && generationOf(value) === generationOf(view.greatest ?? value)) view[endOf(value)!] ??= value;
}

function compare(a: Progress, b: Progress): number {
  return generationOf(a) - generationOf(b) || a.progress - b.progress;
}

function reopens(value: Progress, end: Progress): boolean {
  const isOfOneGeneration = generationOf(value) === generationOf(end);
  return isOfOneGeneration && !!endOf(end) && !!value.status && value.status !== end.status;
}

function endOf({ status }: Progress): 'completed' | 'failed' | undefined {
  return status === 'completed' || status === 'failed' ? status : undefined;
}

function generationOf({ generation }: Progress): number {
  return generation ?? 1;
}
