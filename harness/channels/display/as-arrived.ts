import type { DisplayPolicy } from '../../port/subject.ts';

/** Every value is shown when it arrives. */
export const asArrived: DisplayPolicy = () => () => true;
