import { isOlder } from './history/order.ts';
import type { ObservedProgress, SeenProgress } from './port/subject.ts';

/** What a page has seen once it has also received `value`. */
export function withSeen(seen: SeenProgress | undefined, value: ObservedProgress): SeenProgress {
  return {
    greatest: seen === undefined || !isOlder(value, seen.greatest) ? value : seen.greatest,
    greatestNumber: Math.max(value.progress, seen?.greatestNumber ?? 0),
  };
}
