import { NONE } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { Int32Column } from '../history/typed-columns.ts';

/**
 * What a later value of a view, a key or a process must not be older than. The greatest value so far, and the values of
 * its generation that ended it, stand for all earlier ones: a value of another generation is older than none of them,
 * or older than the greatest.
 */
export class Floors {
  readonly #history: HistoryColumns;
  /** By group: events, or `NONE`. */
  readonly #greatest: Int32Column;
  readonly #completed: Int32Column;
  readonly #failed: Int32Column;

  constructor(history: HistoryColumns, groups: number) {
    this.#history = history;
    this.#greatest = new Int32Column(groups).fill(NONE);
    this.#completed = new Int32Column(groups).fill(NONE);
    this.#failed = new Int32Column(groups).fill(NONE);
  }

  raise(group: number, at: number): void {
    const { generation } = this.#history;
    const before = this.#greatest.get(group);
    if (before === NONE || this.#history.compare(at, before) > 0) this.#greatest[group] = at;
    if (before !== NONE && generation.get(at) > generation.get(before)) {
      this.#completed[group] = NONE;
      this.#failed[group] = NONE;
    }
    if (!this.#history.isEnd(at) || generation[at] !== generation[this.#greatest.get(group)]) return;
    const ends = this.#history.statusAt(at) === 'failed' ? this.#failed : this.#completed;
    if (ends[group] === NONE) ends[group] = at;
  }

  /** The floor of a group becomes that of a group of other floors. */
  copy(group: number, from: Floors, origin: number): void {
    this.#greatest[group] = from.#greatest.get(origin);
    this.#completed[group] = from.#completed.get(origin);
    this.#failed[group] = from.#failed.get(origin);
  }

  /** An earlier event than which the value at `at` is older, or with which it has no order; `NONE` without one. */
  above(group: number, at: number): number {
    const greatest = this.#greatest.get(group);
    if (greatest === NONE) return NONE;
    if (!(this.#history.compare(at, greatest) >= 0)) return greatest;
    for (const end of [this.#failed.get(group), this.#completed.get(group)]) {
      if (end !== NONE && this.#history.isReopened(end, at)) return end;
    }
    return NONE;
  }
}
