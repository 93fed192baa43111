/** Sequences that must never decrease. */
import type { HistoryColumns } from '../history/columns.ts';
import { describeValue } from '../history/order.ts';
import type { Findings } from './verdict.ts';

/**
 * Whether the value of the event `later` is smaller than that of `earlier`. Values without an order, such as two
 * strings of a register, make the verdict unknown: it is undefined whether they decrease.
 */
export function isDecrease(findings: Findings, history: HistoryColumns, earlier: number, later: number): boolean {
  const order = history.compare(later, earlier);
  if (Number.isNaN(order)) {
    const values = `${describeEvent(history, earlier, later)} and ${describeEvent(history, later, earlier)}`;
    findings.doubt(`${history.keyName(later)} holds values that have no order: ${values}`);
  }
  return order < 0;
}

/** `from 85% back to 10%` */
export function describeDecrease(history: HistoryColumns, earlier: number, later: number): string {
  return `from ${describeEvent(history, earlier, later)} back to ${describeEvent(history, later, earlier)}`;
}

/** The value of an event; `beside` is an event whose value stands in the same sentence. */
export function describeEvent(history: HistoryColumns, event: number, beside: number = event): string {
  return describeValue(history.valueAt(event) ?? null, history.valueAt(beside));
}
