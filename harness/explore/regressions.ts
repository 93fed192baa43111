/** Regressions: counterexamples that are kept as files in the folders of scenarios and replayed before the scenarios. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { worstOf, type Verdict } from '../checker/verdict.ts';
import { EnvironmentError, UsageError } from '../errors.ts';
import { readJsonFile } from '../json-file.ts';
import { parsePlan, type Plan } from '../plan/plan.ts';
import type { Found } from './explore.ts';

export interface Regression {
  /** The name of its file, without `.json`. */
  name: string;
  /** The violation that was found, in one sentence. */
  found: string;
  /** Subject → whether the properties are now expected to hold. */
  expect: Readonly<Record<string, boolean>>;
  plan: Plan;
}

const RegressionFile = z.strictObject({
  regression: z.literal(1),
  found: z.string(),
  expect: z.record(z.string(), z.boolean()),
  plan: z.unknown(),
});

const FOLDER = 'regressions';

/**
 * All regressions in the folders of scenarios, ordered by name.
 * @throws UsageError that names the invalid file
 */
export function readRegressions(scenarioFolders: readonly string[]): Regression[] {
  return scenarioFolders.flatMap((parent) => {
    const folder = join(parent, FOLDER);
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.sort().map((name) => readRegression(join(folder, name)));
  });
}

function readRegression(file: string): Regression {
  const { found, expect, plan } = readJsonFile(file, RegressionFile, (what) => invalid(file, what));
  return { name: basename(file, '.json'), found, expect, plan: parsePlan(plan, file) };
}

function invalid(file: string, what: string): UsageError {
  return new UsageError('regression-invalid', `${file}: ${what}`, 'docs/EXPLORE.md describes the file');
}

/**
 * Writes a regression. If a file of its name exists, a number is appended.
 * @returns the path of the file
 */
export function keepRegression(scenarioFolder: string, regression: Regression): string {
  const folder = join(scenarioFolder, FOLDER);
  const { name, ...content } = regression;
  try {
    mkdirSync(folder, { recursive: true });
    for (let number = 1; ; number++) {
      const file = join(folder, `${name}${number === 1 ? '' : `-${number}`}.json`);
      if (existsSync(file)) continue;
      writeFileSync(file, `${JSON.stringify({ regression: 1, ...content }, undefined, 2)}\n`, { flag: 'wx' });
      return file;
    }
  } catch (error) {
    const reason = (error as Error).message;
    throw new EnvironmentError(
      'regression-unwritable',
      `${folder}: ${reason}`,
      'check that the folder is writable',
      error,
    );
  }
}

/**
 * Keeps the counterexample of an exploration as a regression.
 * @param verdicts the verdicts of its plan, which describe the violation
 * @returns the path of the file
 */
export function keepFound(
  scenarioFolder: string,
  space: string,
  subject: string,
  { failing: { what }, minimal: plan }: Pick<Found, 'failing' | 'minimal'>,
  verdicts: readonly Verdict[],
): string {
  const violated = verdicts.filter(({ property }) => property === what);
  const sentence = violated.map(worstOf)[0]?.sentence ?? 'violated';
  const name = `${space}-${subject}-${what}`;
  return keepRegression(scenarioFolder, { name, found: `${what}: ${sentence}`, expect: { [subject]: false }, plan });
}
