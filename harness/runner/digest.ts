import { createHash } from 'node:crypto';

/** The same text for the same values, in 16 hexadecimal digits. */
export function digestOf(values: readonly unknown[]): string {
  const hash = createHash('sha256');
  // One by one: together, the plans of many runs may be longer than a string can be.
  for (const value of values) hash.update(`${JSON.stringify(value)}\n`);
  return hash.digest('hex').slice(0, 16);
}
