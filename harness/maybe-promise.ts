/** What may be there already, and is then told without the turn of a promise. */
export type MaybePromise<T> = T | Promise<T>;

/** As `then`, but at once where the value is there. */
export function mapMaybe<T, U>(value: MaybePromise<T>, then: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(then) : then(value);
}
