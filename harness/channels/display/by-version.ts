import { isOlder } from '../../history/order.ts';
import type { DisplayPolicy, ObservedProgress } from '../../port/subject.ts';

/** Shows a value unless it is older than the displayed one, however it arrived and whenever it was requested. */
export const byVersion: DisplayPolicy = () => {
  let shown: ObservedProgress | undefined;
  return (value) => {
    if (shown !== undefined && isOlder(value, shown)) return false;
    shown = value;
    return true;
  };
};
