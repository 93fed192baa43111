/** Sequences that must never decrease. */
import type { HistoryColumns } from '../history/columns.ts';
import { describeValue } from '../history/order.ts';
import type { Findings } from './findings.ts';

/**
 * Whether the value of the event `later` is older than that of `earlier`: it is smaller, or takes back the end of its
 * generation. Values without an order, such as two strings of a register, make the verdict unknown: it is undefined
 * whether they decrease.
 */
export function isDecrease(findings: Findings, history: HistoryColumns, earlier: number, later: number): boolean {
  const order = history.compare(later, earlier);
  if (Number.isNaN(order)) {
    const values = `${describeEvent(history, earlier, later)} and ${describeEvent(history, later, earlier)}`;
    findings.doubt(later, `${history.keyName(later)} holds values that have no order: ${values}`);
  }
  return order < 0 || history.isReopened(earlier, later);
}

/** `from 85% back to 10%` */
export function describeDecrease(history: HistoryColumns, earlier: number, later: number): string {
  const [from, to] = describeApart(history, earlier, later);
  return `from ${from} back to ${to}`;
}

/** Two values in one sentence, with their statuses where the progress alone does not say which one is older. */
export function describeApart(history: HistoryColumns, earlier: number, later: number): [string, string] {
  const [one, other] = [describeEvent(history, earlier, later), describeEvent(history, later, earlier)];
  if (history.compare(later, earlier) < 0) return [one, other];
  return [withStatus(history, earlier, one), withStatus(history, later, other)];
}

function withStatus(history: HistoryColumns, event: number, value: string): string {
  const status = history.statusAt(event);
  return status === undefined ? value : `${value} (${status})`;
}

/** How far the value at `later` lies below that at `earlier`; a generation counts for more than any progress. */
export function fallOf({ generation, progress }: HistoryColumns, earlier: number, later: number): number {
  const generations = generation.get(earlier) - generation.get(later);
  return generations * 1000 + progress.get(earlier) - progress.get(later);
}

/** The value of an event; `beside` is an event whose value stands in the same sentence. */
export function describeEvent(history: HistoryColumns, event: number, beside: number = event): string {
  return describeValue(history.valueAt(event) ?? null, history.valueAt(beside));
}
