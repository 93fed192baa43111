/** The options of a gate, and how a verb passes through one. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BASELINE_NAME, readBaseline } from '../baseline/baseline-file.ts';
import { BaselineGate } from '../baseline/baseline-gate.ts';
import type { Validity } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import type { Reporter } from '../port/reporter.ts';
import type { Shard } from '../port/shard.ts';
import { shortPath } from '../short-path.ts';
import type { Project } from './project.ts';

/** Which violations fail a verb, and when it stops. */
export interface GateOptions {
  /** The file of known violations, which do not fail; `true`: `ratchet.baseline.json` of the project, if it has one. Default: none. */
  baseline?: string | true;
  /** Writes the file at the end, with what is violated now. */
  updateBaseline?: boolean;
  /** Fails also if a known violation has vanished. */
  strict?: boolean;
  /** After so many new violations nothing more starts. Default: no limit. */
  maxFailures?: number;
}

interface Around {
  /** The folder of the project, in which the file is looked for. */
  projectFolder: string;
  /** Relative files are in it. */
  workingFolder: string;
  /** Whether all runs are judged here, and not in several shards. */
  isWhole: boolean;
  countsExpected: boolean;
  properties: readonly string[] | undefined;
}

/** @throws UsageError for a baseline that is missing or invalid, and for options that contradict each other */
export function openGate(
  { baseline, updateBaseline = false, strict = false, maxFailures }: GateOptions,
  { projectFolder, workingFolder, isWhole, countsExpected, properties }: Around,
): BaselineGate {
  const ofProject = join(projectFolder, BASELINE_NAME);
  const named = baseline === true || baseline === undefined ? ofProject : resolve(workingFolder, baseline);
  const isFound = existsSync(named);
  if (strict && updateBaseline) throw contradiction('--strict and --update-baseline cannot be combined', 'choose one');
  if (updateBaseline && !isWhole) {
    const hint = 'merge the shards: ratchet merge DIR… --update-baseline';
    throw contradiction('a shard cannot update the baseline, since it has not judged everything', hint);
  }
  const isWanted = updateBaseline || typeof baseline === 'string' || (baseline === true && isFound);
  if (strict && !isWanted) {
    throw contradiction(
      `--strict needs a baseline, and there is no ${shortPath(named)}`,
      '--update-baseline writes it',
    );
  }
  return new BaselineGate({
    file: isWanted ? named : undefined,
    known: isWanted && (isFound || !updateBaseline) ? readBaseline(named) : [],
    isStrict: strict,
    isUpdated: updateBaseline,
    isWhole,
    properties,
    failuresMax: maxFailures,
    countsExpected,
  });
}

/**
 * The gate of a verb with one subject.
 * @throws UsageError as `openGate` does
 */
export function openProjectGate(
  options: GateOptions & { shard?: Shard; properties?: readonly string[] },
  { catalogue, folder }: Project,
): BaselineGate {
  return openGate(options, {
    projectFolder: catalogue.projectFolder,
    workingFolder: folder,
    isWhole: options.shard === undefined,
    countsExpected: true,
    properties: options.properties,
  });
}

function contradiction(message: string, hint: string): UsageError {
  return new UsageError('flags-contradictory', message, hint);
}

/**
 * Does the work of a verb with a reporter that compares, and reports the end with the result of the comparison.
 * @returns the verdict of the gate
 */
export async function throughGate(
  gate: BaselineGate,
  reporter: Reporter,
  work: (reporter: Reporter) => Promise<Validity>,
): Promise<Validity> {
  let gated: Validity | undefined;
  const compared = gate.attach(reporter);
  const valid = await work({
    ...compared,
    async end(end) {
      const summary = gate.summary(gate.gated(end.valid));
      gated = summary?.valid;
      // After an error the file stays as it is.
      const hasFailed = end.error !== undefined;
      const baseline = summary && { ...summary, isUpdated: summary.isUpdated && !hasFailed };
      await reporter.end?.(baseline === undefined ? end : { ...end, baseline });
      if (!hasFailed) gate.update();
    },
  });
  return gated ?? valid;
}
