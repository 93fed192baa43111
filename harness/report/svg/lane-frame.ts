import type { TimeAxis } from './time-axis.ts';

/** Where the plot of a lane stands, below its name. */
export interface Frame {
  axis: TimeAxis;
  top: number;
  height: number;
}

/** Of a progress from 0 to 100. */
export function yOf(progress: number, { top, height }: Frame): number {
  return top + height * (1 - progress / 100);
}
