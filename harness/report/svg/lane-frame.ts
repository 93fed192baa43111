import type { TimeAxis } from './time-axis.ts';

/** The position of a lane's plot, below its name. */
export interface Frame {
  axis: TimeAxis;
  top: number;
  height: number;
}

/** The y coordinate of a progress from 0 to 100. */
export function yOf(progress: number, { top, height }: Frame): number {
  return top + height * (1 - progress / 100);
}
