/** Access to values that must exist: a missing one is a bug, and throws at once. */

export function required<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new Error(`${what} is missing`);
  return value;
}

export function itemAt<T>(items: { readonly length: number; readonly [index: number]: T }, index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`item ${index} of ${items.length} is missing`);
  return item;
}

/** The first item, e.g. of a query that always returns a row. */
export function firstOf<T>(items: { readonly length: number; readonly [index: number]: T }): T {
  return itemAt(items, 0);
}
