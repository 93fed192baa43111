/** The file of a baseline: read and checked, and written sorted, so that a change of it can be reviewed. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { properties } from '../checker/properties.ts';
import { UsageError } from '../errors.ts';
import { readJsonFile } from '../json-file.ts';
import type { KnownViolation } from '../port/baseline.ts';
import { shortPath } from '../short-path.ts';
import { writing } from '../writing.ts';

export const BASELINE_NAME = 'ratchet.baseline.json';

/** Changes with a change that a previous version of Ratchet could not read. */
const BASELINE_VERSION = 1;

const Known = z.strictObject({
  verb: z.enum(['run', 'explore']),
  scenario: z.string().min(1),
  subject: z.string().min(1),
  property: z
    .string()
    .refine((name) => Object.hasOwn(properties, name), { error: ({ input }) => `no property is called "${input}"` }),
  cause: z.string().min(1),
  shape: z.string().min(1),
  sentence: z.string(),
});

const BaselineFile = z.strictObject({ baseline: z.literal(BASELINE_VERSION), known: z.array(Known) });

/** @throws UsageError that names the file and what is wrong with it */
export function readBaseline(file: string): KnownViolation[] {
  if (!existsSync(file)) {
    throw new UsageError('baseline-missing', `${shortPath(file)}: no such file`, '--update-baseline writes it');
  }
  return readJsonFile(file, BaselineFile, (what) => invalid(file, what)).known;
}

function invalid(file: string, what: string): UsageError {
  const hint = 'docs/GATE.md describes the file; --update-baseline writes it';
  return new UsageError('baseline-invalid', `${shortPath(file)}: ${what.replaceAll(/\s*\n\s*/g, ' ')}`, hint);
}

/**
 * Replaces the file, sorted and without duplicates.
 * @throws EnvironmentError if it cannot be written
 */
export function writeBaseline(file: string, known: readonly KnownViolation[]): void {
  const unique = new Map(known.map((each) => [identityOf(each), each]));
  const sorted = [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  const fresh = `${file}.part`;
  writing(file, 'baseline-unwritable', 'choose another file with --baseline FILE', () => {
    try {
      writeFileSync(fresh, `${JSON.stringify({ baseline: BASELINE_VERSION, known: sorted }, undefined, 2)}\n`);
      renameSync(fresh, file);
    } finally {
      rmSync(fresh, { force: true });
    }
  });
}

/** The same text for the same violation of any run. */
export function identityOf({
  verb,
  scenario,
  subject,
  property,
  cause,
  shape,
}: Omit<KnownViolation, 'sentence'>): string {
  return JSON.stringify([scenario, subject, verb, property, cause, shape]);
}
