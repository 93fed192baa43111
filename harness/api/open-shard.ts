/** The part of a command that a shard does, and its journal. */
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { durationKey, readDurations } from '../merge/durations-file.ts';
import { Journal, type JournalVerb } from '../merge/journal.ts';
import { packageVersion } from '../package-version.ts';
import type { Shard } from '../port/shard.ts';
import { digestOf } from '../runner/digest.ts';
import { ShardDivider } from '../runner/divide-titles.ts';
import { DEFAULT_REPORT } from '../runner/defaults.ts';

/** Which part of a command runs here. */
export interface ShardOptions {
  /** Only a part: `{ number: 2, of: 4 }`. The parts have nothing in common, and together everything. */
  shard?: Shard;
  /** The file with the durations of earlier runs, which `ratchet merge` writes; they decide what each shard runs. */
  durations?: string;
}

/** @throws UsageError if there is no such shard */
export function requireShard({ number, of }: Shard): void {
  if (Number.isInteger(number) && Number.isInteger(of) && number >= 1 && number <= of) return;
  throw new UsageError('shard-invalid', `there is no shard ${number} of ${of}`, 'the first of four is 1/4');
}

/**
 * @returns what divides the runs; `undefined` without a shard
 * @throws UsageError for a shard that does not exist, and for an invalid file of durations
 */
export function openDivider({ shard, durations }: ShardOptions, workingFolder: string): ShardDivider | undefined {
  if (shard === undefined) return undefined;
  requireShard(shard);
  const known = durations === undefined ? {} : readDurations(resolve(workingFolder, durations));
  return new ShardDivider(shard, (title) => known[durationKey(title)]);
}

/**
 * Begins the journal of a shard, which `ratchet merge` reads.
 * @param settings what was asked for: shards that are merged have the same
 */
export function openJournal(
  verb: JournalVerb,
  { shard, durations, report = DEFAULT_REPORT }: ShardOptions & { report?: string },
  settings: Readonly<Record<string, unknown>>,
  workingFolder: string,
): Journal | undefined {
  if (shard === undefined) return undefined;
  const known = durations === undefined ? undefined : digestOf([readDurations(resolve(workingFolder, durations))]);
  const all = { ...settings, durations: known };
  return new Journal(report, { verb, shard, version: packageVersion(), settings: all });
}
