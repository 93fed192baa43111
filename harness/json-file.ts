/** Reads the JSON files that users keep, and says what is wrong with one. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { firstOf } from './required.ts';

/**
 * @param invalid makes the error from what is wrong, e.g. `known.0.shape: Invalid input`
 * @throws the error of `invalid` if the file cannot be read, is not JSON, or does not have the form of the schema
 */
export function readJsonFile<T>(file: string, schema: z.ZodType<T>, invalid: (what: string) => Error): T {
  const result = schema.safeParse(parseJson(file, invalid));
  if (result.success) return result.data;
  const { path, message } = firstOf(result.error.issues);
  throw invalid(`${path.join('.')}: ${message}`.replace(/^: /, ''));
}

function parseJson(file: string, invalid: (what: string) => Error): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid((error as Error).message);
  }
}
