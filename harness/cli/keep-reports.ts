/** `--keep-reports`: how many reports the verbs that run plans leave behind. */
import { InvalidArgumentError, Option } from 'commander';
import { pruneReports } from '../runner/retention.ts';
import { wholeNumber } from './options.ts';

export interface RetentionFlags {
  report: string;
  keepReports: number;
}

const DEFAULT_KEPT = 20;
const ALL = 'all';

export const keepReportsOption = (): Option =>
  new Option('--keep-reports <n>', `remove older reports than the newest n of each scenario, or ${ALL} to remove none`)
    .default(DEFAULT_KEPT)
    .argParser((text) => (text === ALL ? Number.POSITIVE_INFINITY : aNumber(text)));

function aNumber(text: string): number {
  try {
    return wholeNumber(1)(text);
  } catch {
    throw new InvalidArgumentError(`It must be a whole number from 1, or ${ALL}.`);
  }
}

/** Removes old reports after the work. Those of this command stay, however many they are. */
export async function withRetention<T>({ report, keepReports }: RetentionFlags, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    pruneReports(report, keepReports);
  }
}
