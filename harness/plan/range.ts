import type { DeviationKind } from './deviations.ts';
import type { Plan } from './plan.ts';

/** The range in which plans are varied. A missing field has the default of the whole plan space. */
export interface Range {
  /** The kinds of deviations that may occur; all, in a scenario without `promotion`, `late-row` and `step-error`. */
  deviations?: readonly DeviationKind[];
  /** The most deviations in the plan of a scenario; 6. */
  deviationsMax?: number;
  /** The longest timed lag and worker's stall; 3,500. An exact lag lasts until the generations are over. */
  lagMsMax?: number;
  /** The longest delay of a request or response; 3,500. */
  delayMsMax?: number;
  // Only for the plan space, since a scenario has its own actors:
  routings?: readonly Plan['topology']['routing'][];
  replicasMax?: number;
  instancesMax?: number;
  storiesMax?: number;
  /** Of one story; 3. */
  generationsMax?: number;
  /** Whether a generation of a story may start before the previous one has ended; true. */
  generationsOverlap?: boolean;
  /** Whether a step may have the progress of the one before it; true. */
  equalSteps?: boolean;
  /** How a generation may end; `completed`, `failed` and `abandoned`. */
  outcomes?: readonly Plan['generations'][number]['outcome'][];
  /** Of one story; 3. */
  tabsMax?: number;
}
