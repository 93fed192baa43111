/** Maps nanoseconds to x coordinates, and gives the ticks of the time axis. */

export interface TimeAxis {
  left: number;
  right: number;
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
/** Keeps the last event visible before the edge. */
const MARGIN = 0.02;

export function timeAxis(begin: number, end: number, left: number, right: number): TimeAxis {
  const length = Math.max(end - begin, 1) * (1 + MARGIN);
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
  return { left, right, xOf, ticks };
}

/** 1, 2 or 5 times a power of ten, so that there are at most `TICKS_MAX` ticks. */
function stepOf(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length / TICKS_MAX));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => length / step <= TICKS_MAX)!;
}
