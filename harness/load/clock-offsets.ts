/** How far the clock of a machine is from the time of a run: bounds, from requests that compared both. */
import { UsageError } from '../errors.ts';
import type { ClockLine } from './poll-lines.ts';

export interface OffsetBounds {
  /** Milliseconds to add to a time of the machine: the time of the run lies between. */
  readonly least: number;
  readonly most: number;
}

const SEGMENT_MS = 2_000;
/** A clock that is being corrected drifts by at most 500 ppm (NTP, RFC 5905). */
const DRIFT = 0.0005;

export class ClockOffsets {
  readonly #segments = new Map<number, { least: number; most: number }>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  /** Times are rounded down to milliseconds. */
  add({ startMs, endMs, runMs }: ClockLine): void {
    const at = Math.floor(startMs / SEGMENT_MS);
    const [least, most] = [runMs - endMs - 1, runMs - startMs];
    const known = this.#segments.get(at);
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
    if (known === undefined) this.#segments.set(at, { least, most });
    else if (least <= known.most && most >= known.least) {
      this.#segments.set(at, { least: Math.max(least, known.least), most: Math.min(most, known.most) });
    } else {
      // The clock was set meanwhile: both may hold.
      this.#segments.set(at, { least: Math.min(least, known.least), most: Math.max(most, known.most) });
    }
  }

  /** @throws UsageError if the clocks were never compared */
  at(ms: number): OffsetBounds {
    if (this.#segments.size === 0) {
      throw new UsageError('clocks-unknown', 'the tabs never compared their clock with that of Ratchet');
    }
    const wanted = Math.floor(ms / SEGMENT_MS);
    for (let distance = 0; ; distance += 1) {
      const known = this.#segments.get(wanted - distance) ?? this.#segments.get(wanted + distance);
      if (known !== undefined) return widened(known, (distance + 1) * SEGMENT_MS * DRIFT);
      if (wanted - distance < this.#first && wanted + distance > this.#last) break;
    }
    return widened(this.#segments.get(this.#last)!, Math.abs(wanted - this.#last) * SEGMENT_MS * DRIFT);
  }

  /** Half the distance of the bounds where they are farthest from each other, in milliseconds. */
  get uncertaintyMs(): number {
    const widths = [...this.#segments.values()].map(({ least, most }) => (most - least) / 2);
    return Math.max(0, ...widths) + SEGMENT_MS * DRIFT;
  }
}

function widened({ least, most }: OffsetBounds, by: number): OffsetBounds {
  return { least: least - by, most: most + by };
}
