import { isOlder } from '../../history/order.ts';
import type { DisplayPolicy, ObservedProgress } from '../../port/subject.ts';

/** Shows a value unless it is older than the displayed value, or was requested before that one. */
export const highWater: DisplayPolicy = () => {
  let shown: ObservedProgress | undefined;
  let shownOrdinal = 0;
  return (value, { ordinal }) => {
    if (shown !== undefined && (ordinal < shownOrdinal || isOlder(value, shown))) return false;
    shown = value;
    shownOrdinal = ordinal;
    return true;
  };
};
