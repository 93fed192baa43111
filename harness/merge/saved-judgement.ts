/** Turns what a journal has of a run into what reporters receive, with its history and plan from its folder. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Validity, Verdict } from '../checker/verdict.ts';
import { UsageError } from '../errors.ts';
import { parseHistory } from '../history/codec.ts';
import { makeFolder } from '../make-folder.ts';
import { parsePlanText } from '../plan/plan.ts';
import type { AttemptCounts, FailedCheck, JudgedExploration, JudgedRun } from '../port/reporter.ts';
import { shortPath } from '../short-path.ts';
import type { JournalExploration, JournalRun } from './journal.ts';

/** The fields of a `verdict.json` that a run has. */
interface RunRecord {
  scenario: string;
  subject: string;
  backend: string;
  seed: number;
  valid: Validity;
  verdicts: readonly Verdict[];
  expected?: boolean;
  untested?: readonly string[];
  failedCheck?: FailedCheck;
  notes?: readonly string[];
  incomplete?: string;
  durationMs: number;
  attempts?: AttemptCounts;
  planFile: string;
}

/**
 * Copies the folder of a run to the merged reports.
 * @param from the folder of the reports of the shard
 * @throws UsageError if the history or the plan is missing, or not valid
 */
export function restoreRun({ run, folder, replay, sources }: JournalRun, from: string, to: string): JudgedRun {
  const { baseline: _, ...record } = run;
  const saved = record as unknown as RunRecord;
  const { expected, untested, failedCheck, notes = [], incomplete, attempts, ...rest } = saved;
  const path = copyFolder(folder ?? '', from, to);
  const planFile = join(path, 'plan.json');
  const historyFile = join(path, 'history.ndjson');
  return {
    ...titleAndVerdict(rest),
    ...(untested === undefined ? {} : { untested }),
    ...(failedCheck === undefined ? {} : { failedCheck }),
    ...(sources === undefined ? {} : { sources }),
    ...(attempts === undefined ? {} : { attempts }),
    expected,
    notes,
    incomplete: incomplete === undefined ? undefined : new Error(incomplete),
    history: parseHistory(readFileSync(historyFile, 'utf8'), shortPath(historyFile)),
    plan: parsePlanText(readFileSync(planFile, 'utf8'), shortPath(planFile)),
    planFile,
    historyFile,
    replay: replay === undefined ? undefined : replayOf(replay, planFile),
    record: { ...record, planFile, historyFile },
  };
}

/** The same command for the copy of the plan. */
function replayOf(command: string, planFile: string): string {
  return command.replace(/^ratchet replay \S+/, () => `ratchet replay ${shortPath(planFile)}`);
}

/** Of one shard, with the runs of its find. */
export function restoreExploration(
  { exploration, found, runs }: JournalExploration,
  from: string,
  to: string,
): JudgedExploration {
  const { baseline: _, ...rest } = exploration;
  const { baseline: __, ...record } = exploration.record;
  if (found === undefined) return { ...rest, record, found };
  const restored = runs.map((line) => {
    const { isConfirmed, attempt } = line;
    return { ...restoreRun(line, from, to), isConfirmed, attempt };
  });
  const records = restored.map(({ record: saved, isConfirmed }) => ({ ...saved, isConfirmed }));
  const foundRecord = { ...(record['found'] as object), runs: records };
  const [first] = restored;
  const { confirm } = found;
  const confirmed =
    confirm === undefined || first?.planFile === undefined ? confirm : replayOf(confirm, first.planFile);
  return {
    ...rest,
    record: { ...record, found: foundRecord },
    found: { ...found, confirm: confirmed, runs: restored },
  };
}

function titleAndVerdict({
  scenario,
  subject,
  backend,
  seed,
  valid,
  verdicts,
  durationMs,
}: Omit<RunRecord, 'expected'>): Pick<
  JudgedRun,
  'scenario' | 'subject' | 'backend' | 'seed' | 'valid' | 'verdicts' | 'durationMs'
> {
  return { scenario, subject, backend, seed, valid, verdicts, durationMs };
}

/** @returns the folder of the copy */
function copyFolder(folder: string, from: string, to: string): string {
  const source = resolve(from, folder);
  if (relative(resolve(from), source).startsWith('..')) {
    throw new UsageError('run-missing', `${folder}: not in the reports of its shard`, 'run the shard again');
  }
  for (const name of ['plan.json', 'history.ndjson']) {
    if (existsSync(join(source, name))) continue;
    const hint = 'a shard is merged with the folders of its runs: give the whole folder of its reports';
    throw new UsageError('run-missing', `${shortPath(source)}: ${name} is missing`, hint);
  }
  const target = join(to, folder);
  if (resolve(target) === source) return target;
  makeFolder(dirname(target));
  cpSync(source, target, { recursive: true });
  return target;
}
