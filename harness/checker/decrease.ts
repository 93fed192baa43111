/** Sequences that must never decrease. */
import { compareValues, describeValue } from '../history/order.ts';
import type { Value } from '../history/event.ts';
import type { Findings } from './verdict.ts';

/**
 * Whether `later` is smaller than `earlier`. Values without an order, such as two strings of a register, put the
 * verdict in doubt: nobody can tell whether they went backwards.
 */
export function isDecrease(findings: Findings, key: string | number, earlier: Value, later: Value): boolean {
  const order = compareValues(later, earlier);
  if (order === undefined) {
    findings.doubt(`${key} holds values that have no order: ${describeValue(earlier)} and ${describeValue(later)}`);
  }
  return order !== undefined && order < 0;
}

/** `from 85% back to 10%` */
export function describeDecrease(earlier: Value, later: Value): string {
  return `from ${describeValue(earlier, later)} back to ${describeValue(later, earlier)}`;
}
