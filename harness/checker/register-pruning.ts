import type { Int32Column } from '../history/typed-columns.ts';
import { Uint32Column } from '../history/typed-columns.ts';
import type { RegisterFlight } from './register-flight.ts';
import type { RegisterFrontier } from './register-frontier.ts';
import { UNOBSERVED } from './register-schedule.ts';

const comparedMax = 64;

/**
 * Removes dominated configurations, and if more than `width` remain, those that leave the most to be done. A
 * configuration dominates another if every continuation of the other is also one of it.
 * @returns whether configurations were removed that are not dominated
 */
export function prune(frontier: RegisterFrontier, flight: RegisterFlight, width: number): boolean {
  const { rows, count, stride } = frontier;
  const burdens = Uint32Column.from({ length: count }, (_, index) =>
    burden(rows, index * stride, flight),
  ) as Uint32Column;
  const order = Array.from({ length: count }, (_, index) => index).sort((a, b) => burdens.get(a) - burdens.get(b));
  const groups = new Map<number, number[]>();
  const kept: number[] = [];
  for (const index of order) {
    const start = index * stride;
    const group = groupOf(groups, swapsDone(rows, start, flight));
    if (group.some((other) => dominates(rows, other, start, flight))) continue;
    if (kept.length === width) {
      frontier.keep(kept);
      return true;
    }
    kept.push(index);
    if (group.length < comparedMax) group.push(start);
  }
  if (kept.length < count) frontier.keep(kept);
  return false;
}

function groupOf(groups: Map<number, number[]>, hash: number): number[] {
  const group = groups.get(hash) ?? [];
  groups.set(hash, group);
  return group;
}

/** Equal if the same mandatory `cas` have taken effect. */
function swapsDone(rows: Int32Column, start: number, { words, swaps }: RegisterFlight): number {
  let hash = 0;
  for (let word = 0; word < words; word++) {
    hash = Math.imul(hash ^ (rows.get(start + 1 + word) & swaps.get(word)), 0x01000193);
  }
  return hash;
}

/** How many reads and writes still have to take effect, and how many writes are used up. */
function burden(rows: Int32Column, start: number, { words, reads, writes, optionalSwaps }: RegisterFlight): number {
  let sum = rows[start] === UNOBSERVED ? 1 : 0;
  for (let word = 0; word < words; word++) {
    const done = rows.get(start + 1 + word);
    sum += bitCount(reads.get(word) & ~done);
    sum += bitCount((writes.get(word) | optionalSwaps.get(word)) & done);
    sum += bitCount(rows.get(start + 1 + words + word));
  }
  return sum;
}

function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Whether the configuration at `a` dominates the one at `b`. */
function dominates(rows: Int32Column, a: number, b: number, flight: RegisterFlight): boolean {
  const { words, reads, writes, swaps, optionalSwaps } = flight;
  if (rows[a] !== rows[b] && rows[b] !== UNOBSERVED) return false;
  for (let word = 1; word <= words; word++) {
    const [doneA, doneB] = [rows.get(a + word), rows.get(b + word)];
    const [freshA, freshB] = [rows.get(a + words + word), rows.get(b + words + word)];
    const unlike = (doneA ^ doneB) | (freshA ^ freshB);
    const worse =
      (reads.get(word - 1) & doneB & ~doneA) |
      (swaps.get(word - 1) & unlike) |
      (optionalSwaps.get(word - 1) & doneA & ~doneB) |
      (writes.get(word - 1) & unlike & (doneA | freshA));
    if (worse !== 0) return false;
  }
  return true;
}
