/** The options of a gate: which violations are known, and when a command stops. */
import { Option } from 'commander';
import type { GateOptions } from '../api/open-gate.ts';
import { BASELINE_NAME } from '../baseline/baseline-file.ts';
import { UsageError } from '../errors.ts';
import { wholeNumber } from './options.ts';

export interface GateFlags {
  /** False with `--no-baseline`. */
  baseline?: string | false;
  updateBaseline?: true;
  strict?: true;
  failFast?: true;
  maxFailures?: number;
}

export const gateOptionsOfMerge = (): Option[] => [
  new Option('--baseline <file>', 'the file of known violations, which do not fail').default(
    undefined,
    `${BASELINE_NAME} beside ratchet.config.ts, if there is one`,
  ),
  new Option('--no-baseline', 'no violation is known'),
  new Option('--update-baseline', 'write the file of known violations: what is violated now, for what was judged'),
  new Option('--strict', 'fail also if a known violation has vanished'),
];

export const gateOptions = (): Option[] => [
  ...gateOptionsOfMerge(),
  new Option('--fail-fast', 'stop after the first new violation'),
  new Option('--max-failures <n>', 'stop after n new violations').argParser(wholeNumber(1)),
];

/** @throws UsageError for flags that contradict each other */
export function gateIn({ baseline, updateBaseline, strict, failFast, maxFailures }: GateFlags): GateOptions {
  if (baseline === false && (updateBaseline === true || strict === true)) {
    const flag = updateBaseline === true ? '--update-baseline' : '--strict';
    throw new UsageError('flags-contradictory', `--no-baseline and ${flag} cannot be combined`, 'leave one out');
  }
  if (failFast === true && maxFailures !== undefined) {
    const hint = '--fail-fast is --max-failures 1';
    throw new UsageError('flags-contradictory', '--fail-fast and --max-failures cannot be combined', hint);
  }
  const failuresMax = failFast === true ? 1 : maxFailures;
  return {
    ...(baseline === false ? {} : { baseline: baseline ?? true }),
    ...(updateBaseline === true ? { updateBaseline } : {}),
    ...(strict === true ? { strict } : {}),
    ...(failuresMax === undefined ? {} : { maxFailures: failuresMax }),
  };
}
