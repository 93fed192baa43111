/**
 * The date as an instance of the application sees it, whose clock may be wrong. It follows the instance's code wherever
 * that goes on: after an `await`, in a timer, in a package that other instances use too.
 */
import { currentInstance } from '../async-context.ts';

/**
 * From now on the global `Date`, real or virtual, is that of the instance whose code asks; to everybody else it is as
 * before. Only for runs that need it: every look at the date costs a look at who asks.
 * @returns what puts the one before back
 */
export function tellDatesByInstance(): () => void {
  const before = globalThis.Date;
  globalThis.Date = datesOf(before);
  return () => {
    globalThis.Date = before;
  };
}

/** The same prototype, so that `instanceof` holds for dates of either. */
function datesOf(Original: DateConstructor): DateConstructor {
  const now = (): number => Original.now() + (currentInstance()?.clock?.offsetMs ?? 0);
  function AppDate(...args: unknown[]): unknown {
    if (!new.target) return new Original(now()).toString();
    return Reflect.construct(Original, args.length === 0 ? [now()] : args, new.target);
  }
  Object.setPrototypeOf(AppDate, Original);
  AppDate.prototype = Original.prototype;
  return Object.assign(AppDate, { now }) as unknown as DateConstructor;
}
