import { compareProgress } from '../../history/order.ts';
import type { DisplayPolicy, ObservedProgress } from '../../port/subject.ts';

/** A value is not shown if it is older than the value on the screen, or was requested before that. */
export const highWater: DisplayPolicy = () => {
  let shown: ObservedProgress | undefined;
  let shownOrdinal = 0;
  return (value, { ordinal }) => {
    if (shown !== undefined && (ordinal < shownOrdinal || compareProgress(value, shown) < 0)) return false;
    shown = value;
    shownOrdinal = ordinal;
    return true;
  };
};
