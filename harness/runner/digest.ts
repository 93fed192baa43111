import { createHash } from 'node:crypto';

/** The same text for the same values, in 16 hexadecimal digits. */
export function digestOf(values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}
