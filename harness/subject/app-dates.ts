/**
 * Makes `Date` follow the clock of the instance whose code calls it, which may be wrong. This works anywhere in the
 * instance's code: after an `await`, in a timer, in a package that other instances share.
 */
import { currentInstance } from '../async-context.ts';

/**
 * Replaces the global `Date`, real or virtual, by one that adds the clock offset of the calling instance. Code outside
 * of an instance sees no change. Only for runs that need it: every call looks up the instance.
 * @returns a function that restores the previous `Date`
 */
export function installInstanceDates(): () => void {
  const before = globalThis.Date;
  globalThis.Date = instanceDate(before);
  return () => {
    globalThis.Date = before;
  };
}

/** It shares the prototype of the original, so that `instanceof` works for dates of either. */
function instanceDate(Original: DateConstructor): DateConstructor {
  const now = (): number => Original.now() + (currentInstance()?.clock?.offsetMs ?? 0);
  function AppDate(...args: unknown[]): unknown {
    if (!new.target) return new Original(now()).toString();
    return Reflect.construct(Original, args.length === 0 ? [now()] : args, new.target);
  }
  Object.setPrototypeOf(AppDate, Original);
  AppDate.prototype = Original.prototype;
  return Object.assign(AppDate, { now }) as unknown as DateConstructor;
}
