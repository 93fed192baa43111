/** Finds where sequences of values, which must never decrease, step back. */
import { NONE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column, Uint8Column } from '../history/typed-columns.ts';
import { Floors } from './floors.ts';

export interface Sequences {
  /** The code of the events in the sequences. */
  code: number;
  /** By event: its sequence. */
  group: Int32Column;
  groups: number;
}

/**
 * Visits every event whose value is older than an earlier one of its sequence, or has no order with it, together with
 * that earlier event: the one before it, if it is older than that, else the floor. What follows is not visited as long
 * as it only increases and stays below: one step back is one violation.
 */
export function eachStepBack(
  history: HistoryColumns,
  { code, group, groups }: Sequences,
  visit: (earlier: number, later: number) => void,
): void {
  const floors = new Floors(history, groups);
  const latest = new Int32Column(groups).fill(NONE);
  const isBelow = new Uint8Column(groups);
  for (let at = 0; at < history.length; at++) {
    if (history.code[at] !== code) continue;
    const sequence = group.get(at);
    const before = latest.get(sequence);
    const floor = floors.above(sequence, at);
    const isStepBack = before !== NONE && (history.compare(at, before) < 0 || history.isReopened(before, at));
    if (floor !== NONE && (isStepBack || isBelow[sequence] === 0)) visit(isStepBack ? before : floor, at);
    isBelow[sequence] = floor === NONE ? 0 : 1;
    latest[sequence] = at;
    floors.raise(sequence, at);
  }
}
