/** Finds the files of a run that was saved, and what its verdict says about it. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import type { RunTitle } from '../port/reporter.ts';
import { replayCommand } from '../runner/replay-command.ts';

export interface SavedRun {
  /** Its folder; for another history, the folder of that. */
  folder: string;
  historyFile: string;
  title: RunTitle;
  /** The command that runs its plan again; `undefined` if no plan is saved beside the history. */
  replay: string | undefined;
}

const HISTORY = 'history.ndjson';
const PLAN = 'plan.json';

/**
 * @param path the folder of a run, or a history
 * @throws UsageError if there is no history
 */
export function findSavedRun(path: string): SavedRun {
  const given = resolve(path);
  const isFolder = existsSync(given) && statSync(given).isDirectory();
  const historyFile = isFolder ? join(given, HISTORY) : given;
  if (!existsSync(historyFile)) {
    const hint = 'give the folder of a run, such as reports/latest, or a history';
    throw new UsageError('run-missing', `${path}: there is no ${isFolder ? HISTORY : 'such file'}`, hint);
  }
  const folder = dirname(historyFile);
  const { scenario, subject, backend, seed } = titleIn(join(folder, 'verdict.json'));
  const planFile = join(folder, PLAN);
  const isReplayable = existsSync(planFile) && subject !== undefined && backend !== undefined;
  return {
    folder,
    historyFile,
    title: { scenario, subject, backend, seed },
    replay: isReplayable ? replayCommand({ planFile, backend }, subject) : undefined,
  };
}

/** Empty if there is no verdict, or it is not one of a run. */
function titleIn(file: string): RunTitle {
  let verdict: unknown;
  try {
    verdict = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
  if (typeof verdict !== 'object' || verdict === null) return {};
  const { scenario, subject, backend, seed } = verdict as Record<string, unknown>;
  return {
    ...(typeof scenario === 'string' ? { scenario } : {}),
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof backend === 'string' ? { backend } : {}),
    ...(typeof seed === 'number' ? { seed } : {}),
  };
}
