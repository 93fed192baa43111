/** The registry of display policies: to add one, add a file and a line here. */
import type { DisplayPolicy } from '../../port/subject.ts';
import { asArrived } from './as-arrived.ts';
import { byVersion } from './by-version.ts';
import { highWater } from './high-water.ts';

export const displays = {
  'as-arrived': asArrived,
  'by-version': byVersion,
  'high-water': highWater,
} satisfies Record<string, DisplayPolicy>;

export type DisplayName = keyof typeof displays;
/** The valid names in a plan. */
export const DISPLAY_NAMES = Object.keys(displays) as DisplayName[];
