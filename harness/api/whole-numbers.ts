import { UsageError } from '../errors.ts';

const LEAST = { seed: 0, runs: 1, workers: 1 } as const;

/** @throws UsageError for the first of the options that is not a whole number, or too small */
export function requireWholeNumbers(options: { readonly [Option in keyof typeof LEAST]?: number }): void {
  for (const [name, least] of Object.entries(LEAST)) {
    const value = options[name as keyof typeof LEAST];
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue;
    throw new UsageError('option-invalid', `${name} must be a whole number from ${least}, not ${String(value)}`);
  }
}
