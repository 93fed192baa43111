import { COMMIT_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import { parseLsn } from '../history/lsn.ts';
import { itemAt } from '../required.ts';

interface ReplayedCommit {
  time: number;
  lsn: bigint;
  isPromotion: boolean;
}

/** The commits with an LSN, each parsed once: finds the commits that a server had not replayed, by binary search. */
export class Replay {
  readonly #commits: readonly ReplayedCommit[];
  /** Positions among the commits. */
  readonly #promotions: readonly number[];
  /** By the position from which it counts: the greatest LSN up to each commit. */
  readonly #greatest = new Map<number, readonly bigint[]>();

  constructor(history: HistoryColumns) {
    this.#commits = commitsOf(history);
    this.#promotions = this.#commits.flatMap(({ isPromotion }, at) => (isPromotion ? [at] : []));
  }

  /**
   * When the first commit before `time` that lies beyond `lsn` was made, in nanoseconds; `undefined` if there is none.
   * Commits before a promotion that the server had replayed were lost with it, or replayed too.
   */
  firstUnseen(time: number, lsn: bigint): number | undefined {
    const end = firstIndex(this.#commits.length, (at) => itemAt(this.#commits, at).time >= time);
    const promotion = this.#promotions.findLast((at) => at < end && itemAt(this.#commits, at).lsn <= lsn);
    const start = promotion ?? 0;
    const greatest = this.#greatestFrom(start);
    const unseen = start + firstIndex(greatest.length, (at) => itemAt(greatest, at) > lsn);
    return unseen < end ? itemAt(this.#commits, unseen).time : undefined;
  }

  #greatestFrom(start: number): readonly bigint[] {
    const known = this.#greatest.get(start);
    if (known !== undefined) return known;
    let greatest = 0n;
    const made = this.#commits.slice(start).map(({ lsn }) => (greatest = lsn > greatest ? lsn : greatest));
    this.#greatest.set(start, made);
    return made;
  }
}

function commitsOf({ length, code, eventAt }: HistoryColumns): ReplayedCommit[] {
  const commits: ReplayedCommit[] = [];
  for (let at = 0; at < length; at += 1) {
    if (code[at] !== COMMIT_OK) continue;
    const { time, lsn: field, promoted } = eventAt(at);
    const lsn = parseLsn(field);
    if (lsn !== undefined) commits.push({ time, lsn, isPromotion: promoted !== undefined });
  }
  return commits;
}

/** The first of `length` indices for which `isPast` holds, if it holds for all later ones; `length` if for none. */
function firstIndex(length: number, isPast: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPast(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
