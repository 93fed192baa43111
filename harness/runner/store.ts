/** Where a run leaves its plan, history and verdict: `<root>/<scenario>/<subject>/<time>-<seed>/`, and `<root>/latest`. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { wallTime } from '../clock.ts';
import { EnvironmentError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { LineSink } from './recorder.ts';

export interface RunFolder {
  readonly path: string;
  readonly planFile: string;
  readonly historyFile: string;
  /** The sink of the history. Every line is with the operating system when `write` returns. */
  readonly sink: LineSink;
  writeVerdict(verdict: unknown): void;
  close(): void;
}

/** @throws EnvironmentError when the folder cannot be written, saying which and why */
export function createRunFolder(root: string, plan: Plan, subject: string): RunFolder {
  const parent = join(root, plan.scenario, subject);
  const path = onDisk(root, () => makeFolder(parent, plan.seed));
  const planFile = join(path, 'plan.json');
  const historyFile = join(path, 'history.ndjson');
  onDisk(planFile, () => writeFileSync(planFile, `${JSON.stringify(plan, undefined, 2)}\n`));
  const file = onDisk(historyFile, () => openSync(historyFile, 'w'));
  onDisk(root, () => pointLatest(root, path));
  return {
    path,
    planFile,
    historyFile,
    sink: { write: (line) => void onDisk(historyFile, () => writeSync(file, `${line}\n`)) },
    writeVerdict(verdict) {
      const verdictFile = join(path, 'verdict.json');
      onDisk(verdictFile, () => writeFileSync(verdictFile, `${JSON.stringify(verdict, undefined, 2)}\n`));
    },
    close: () => closeSync(file),
  };
}

function makeFolder(parent: string, seed: number): string {
  mkdirSync(parent, { recursive: true });
  const stamp = wallTime().toISOString().replaceAll(/[-:]/g, '');
  for (let attempt = 1; ; attempt++) {
    const path = join(parent, attempt === 1 ? `${stamp}-${seed}` : `${stamp}-${seed}.${attempt}`);
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Replaces the link in one step, so that another run that looks at it never finds it missing. */
function pointLatest(root: string, path: string): void {
  const link = join(root, 'latest');
  const fresh = `${link}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(relative(root, path), fresh);
  renameSync(fresh, link);
}

function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new EnvironmentError(
      isFull ? 'disk-full' : 'report-unwritable',
      isFull ? `${path}: no space left on the disk` : `${path}: ${message}`,
      isFull ? 'free some space, or choose another place with --report DIR' : 'choose another place with --report DIR',
      error,
    );
  }
}
