/** How long runs took, so that shards of the next command have as much to do each. */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { readJsonFile } from '../json-file.ts';
import type { RunTitle } from '../port/reporter.ts';
import { shortPath } from '../short-path.ts';
import { writing } from '../writing.ts';

export const DURATIONS_NAME = 'durations.json';

/** By scenario, subject and backend: the average in milliseconds. */
export type Durations = Readonly<Record<string, number>>;

const DurationsFile = z.strictObject({ durations: z.literal(1), ms: z.record(z.string(), z.number().min(0)) });

/** @throws UsageError that names the file and what is wrong with it */
export function readDurations(file: string): Durations {
  return readJsonFile(file, DurationsFile, (what) => invalid(file, what)).ms;
}

function invalid(file: string, what: string): UsageError {
  const hint = '`ratchet merge` writes this file beside the merged reports';
  return new UsageError('durations-invalid', `${shortPath(file)}: ${what.replaceAll(/\s*\n\s*/g, ' ')}`, hint);
}

/** @throws EnvironmentError if it cannot be written */
export function writeDurations(file: string, runs: readonly (RunTitle & { durationMs: number })[]): void {
  const groups = [...Map.groupBy(runs, durationKey)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const averages = groups.map(([key, group]) => [
    key,
    Math.round(group.reduce((sum, { durationMs }) => sum + durationMs, 0) / group.length),
  ]);
  const text = `${JSON.stringify({ durations: 1, ms: Object.fromEntries(averages) }, undefined, 2)}\n`;
  writing(file, 'report-unwritable', 'choose another folder with --report DIR', () => writeFileSync(file, text));
}

export function durationKey({ scenario = '', subject = '', backend = '' }: RunTitle): string {
  return `${scenario} · ${subject} · ${backend}`;
}
