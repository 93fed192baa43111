import { UsageError } from '../errors.ts';

const MINIMUM = { seed: 0, runs: 1, workers: 1, maxFailures: 1, attempts: 1 } as const;

/** @throws UsageError for the first option that is not a whole number, or is too small */
export function requireWholeNumbers(options: { readonly [Option in keyof typeof MINIMUM]?: number }): void {
  for (const [name, minimum] of Object.entries(MINIMUM)) {
    const value = options[name as keyof typeof MINIMUM];
    if (value === undefined || (Number.isSafeInteger(value) && value >= minimum)) continue;
    throw new UsageError('option-invalid', `${name} must be a whole number from ${minimum}, not ${String(value)}`);
  }
}
