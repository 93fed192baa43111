/** How values compare, which ones are terminal, and how they are described in a sentence. */
import type { ProgressValue, Value } from './event.ts';

export function isProgress(value: Value | undefined): value is ProgressValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function generationOf(value: ProgressValue): number {
  return value.generation ?? 1;
}

/**
 * Negative, zero or positive if `a` is smaller than, equal to or greater than `b`; `undefined` if they have no order.
 * Progresses compare by generation, then progress; the status is ignored. Numbers of a register compare as numbers, and
 * `null`, the initial value of a register, is smaller than all of them. Other scalars are equal or not comparable.
 */
export function compareValues(a: Value, b: Value): number | undefined {
  if (isProgress(a) && isProgress(b)) return compareProgress(a, b);
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (a === null && typeof b === 'number') return -1;
  if (typeof a === 'number' && b === null) return 1;
  return undefined;
}

function compareProgress(a: ProgressValue, b: ProgressValue): number {
  return generationOf(a) - generationOf(b) || a.progress - b.progress;
}

/**
 * Whether a value is older than another: of an earlier generation; or of the same with less progress, or with another status
 * than the one that ended it, also at 100%. Each of two values can be older than the other.
 */
export function isOlder(value: ProgressValue, than: ProgressValue): boolean {
  if (generationOf(value) !== generationOf(than)) return generationOf(value) < generationOf(than);
  const isReopened = value.status !== undefined && hasEnded(than) && value.status !== than.status;
  return isReopened || value.progress < than.progress;
}

function hasEnded({ status }: ProgressValue): boolean {
  return status === 'completed' || status === 'failed';
}

/** A key for lookups: the same text for equal values and only for those. The status is ignored. */
export function valueId(value: Value): string {
  return isProgress(value) ? `${generationOf(value)}@${value.progress}` : JSON.stringify(value);
}

/** Whether the value ends its generation. Scalars of a register are never terminal. */
export function isTerminal(value: Value): boolean {
  if (!isProgress(value)) return false;
  return hasEnded(value) || value.progress === 100;
}

/**
 * `85%`; `generation 2, 10%` when this value or the value `beside` it in the sentence is not of the first generation.
 */
export function describeValue(value: Value, beside: Value = value): string {
  if (!isProgress(value)) return JSON.stringify(value);
  const isFirst = generationOf(value) === 1 && (!isProgress(beside) || generationOf(beside) === 1);
  return isFirst ? `${value.progress}%` : `generation ${generationOf(value)}, ${value.progress}%`;
}
