import type { DeviationKind } from './deviations.ts';
import type { Plan } from './plan.ts';

/** The range in which plans are varied. What is missing is not limited beyond the defaults of the whole plan space. */
export interface Range {
  /** The kinds of deviations that may occur; all but `promotion`. */
  deviations?: readonly DeviationKind[];
  /** The most deviations in the plan of a scenario; 6. */
  deviationsMax?: number;
  /** The longest timed lag and worker's stall; 3,500. An exact lag lasts until the generations are over. */
  lagMsMax?: number;
  /** The longest delay of a request or response; 3,500. */
  delayMsMax?: number;
  // Of the plan space only, since a scenario has its own actors:
  routings?: readonly Plan['topology']['routing'][];
  replicasMax?: number;
  instancesMax?: number;
  storiesMax?: number;
  /** Of one story; 3. */
  generationsMax?: number;
  /** Whether one generation of a story may begin before the one before it has ended; true. */
  generationsOverlap?: boolean;
  /** Of one story; 3. */
  tabsMax?: number;
}
