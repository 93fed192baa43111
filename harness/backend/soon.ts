/** What may be there already, and is then told without the turn of a promise. */
export type Soon<T> = T | Promise<T>;

/** As `then`, but at once where the value is there. */
export function whenThere<T, U>(value: Soon<T>, then: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(then) : then(value);
}
