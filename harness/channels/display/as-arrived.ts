import type { DisplayPolicy } from '../../port/subject.ts';

/** Shows every value when it arrives. */
export const asArrived: DisplayPolicy = () => () => true;
