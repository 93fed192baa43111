import type { FailedCheck } from '../port/reporter.ts';
import { printable } from './printable.ts';

/** One line: the field, what was found, and what to do about it. */
export function describeFailedCheck({ field, found, remedy }: FailedCheck): string {
  const line = found.replaceAll(/\s*\n\s*/g, ' ');
  return `${printable(field)}: ${printable(line)} — ${printable(remedy)}`;
}
