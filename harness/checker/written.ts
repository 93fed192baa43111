import type { Value } from '../history/event.ts';
import { isProgress } from '../history/order.ts';
import type { PairedOperation } from '../history/pairing.ts';

/** What an operation writes: a `cas` its second value, a `start` the beginning of a generation, once that is known. */
export function writtenValue({ f, value }: PairedOperation): Value | undefined {
  return f === 'read' ? undefined : targetOf(value);
}

/** The value itself, or the `to` of a `cas`. */
export function targetOf(value: Value | undefined): Value | undefined {
  return typeof value === 'object' && value !== null && !isProgress(value) ? value[1] : value;
}
