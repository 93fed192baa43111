/** Maps nanoseconds to x coordinates, and gives the ticks of the time axis. */
import { itemAt } from '../../required.ts';

export interface TimeAxis {
  left: number;
  right: number;
  /** The first and the last time that the axis has. */
  begin: number;
  end: number;
  /** Times outside of the axis map to its ends. */
  xOf(time: number): number;
  ticks: readonly { x: number; text: string }[];
}

const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
] as const;

const TICKS_MAX = 8;

/** @param margin share of the length that is added at the end, so that the last event is visible */
export function timeAxis(begin: number, end: number, left: number, right: number, margin = 0.02): TimeAxis {
  const length = Math.max(end - begin, 1) * (1 + margin);
  const xOf = (time: number): number => {
    const share = Math.min(Math.max((time - begin) / length, 0), 1);
    return left + share * (right - left);
  };
  const [unit, size] = UNITS.find(([, each]) => length >= each)!;
  const step = stepOf(length / size);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const ticks = [];
  for (let count = Math.ceil(begin / size / step); count * step * size <= begin + length; count++) {
    ticks.push({ x: xOf(count * step * size), text: `${(count * step).toFixed(digits)} ${unit}` });
  }
  return { left, right, begin, end: begin + length, xOf, ticks };
}

/** 1, 2 or 5 times a power of ten, so that there are at most `TICKS_MAX` ticks. */
function stepOf(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length / TICKS_MAX));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => length / step <= TICKS_MAX)!;
}

/** Whether a time is on the axis. */
export function isOn({ begin, end }: TimeAxis, time: number): boolean {
  return begin <= time && time <= end;
}

/** The items whose times are on the axis, and the one before them, whose value still applies when it begins. */
export function visiblePart<T extends { readonly time: number }>(items: readonly T[], axis: TimeAxis): readonly T[] {
  const first = indexAfter(items, axis.begin) - 1;
  const end = indexAfter(items, axis.end);
  return first <= 0 && end === items.length ? items : items.slice(Math.max(first, 0), end);
}

/** The index of the first item later than the time, in a list in order of time. */
function indexAfter(items: readonly { readonly time: number }[], time: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemAt(items, middle).time > time) high = middle;
    else low = middle + 1;
  }
  return low;
}
