/** A value, or a promise of it. An available value is passed on synchronously, without waiting for a microtask. */
export type MaybePromise<T> = T | Promise<T>;

/** Like `then`, but synchronous if the value is available. */
export function mapMaybe<T, U>(value: MaybePromise<T>, then: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(then) : then(value);
}
