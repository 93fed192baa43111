/**
 * Stores the plan, history and verdict of a run in `<root>/<scenario>/<subject>/<time>-<seed>/`; `latest` links to it. Its
 * owner is the process of the command, by which it is known whether the command is still running.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { wallTime } from '../clock.ts';
import { EnvironmentError, UsageError, type RatchetError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { Plan } from '../plan/plan.ts';
import { OWNER_FILE, thisOwner } from '../lifetime/owner.ts';
import type { LineSink } from '../recording/recorder.ts';

export interface RunFolder {
  readonly path: string;
  readonly planFile: string;
  readonly historyFile: string;
  /** Receives the history. Every line has been handed to the operating system when `write` returns. */
  readonly sink: LineSink;
  writeVerdict(verdict: unknown): void;
  close(): void;
}

/** @throws EnvironmentError if the folder cannot be written, with its path and the reason */
export function createRunFolder(root: string, plan: Plan, subject: string): RunFolder {
  const parent = join(root, plan.scenario, subject);
  const path = onDisk(root, () => makeRunFolder(parent, plan.seed));
  const planFile = join(path, 'plan.json');
  const historyFile = join(path, 'history.ndjson');
  onDisk(path, () => writeFileSync(join(path, OWNER_FILE), JSON.stringify(thisOwner())));
  onDisk(planFile, () => writeWhole(planFile, `${JSON.stringify(plan, undefined, 2)}\n`));
  const file = onDisk(historyFile, () => openSync(historyFile, 'w'));
  onDisk(root, () => pointLatest(root, path));
  return {
    path,
    planFile,
    historyFile,
    sink: { write: (line) => onDisk(historyFile, () => appendWhole(file, `${line}\n`)) },
    writeVerdict(verdict) {
      const verdictFile = join(path, 'verdict.json');
      onDisk(verdictFile, () => writeWhole(verdictFile, `${JSON.stringify(verdict, undefined, 2)}\n`));
    },
    close: () => closeSync(file),
  };
}

/** A line that does not fit on the disk is removed again, so that the lines before it stay readable. */
function appendWhole(file: number, line: string): void {
  const end = fstatSync(file).size;
  try {
    appendFileSync(file, line);
  } catch (error) {
    ftruncateSync(file, end);
    throw error;
  }
}

/** The file is whole or missing, also if this process is killed. */
function writeWhole(path: string, text: string): void {
  const fresh = `${path}.part`;
  try {
    writeFileSync(fresh, text);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

function makeRunFolder(parent: string, seed: number): string {
  makeFolder(parent);
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

/** Replaces the link atomically, so that other runs never find it missing. */
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
    throw explain(path, error as NodeJS.ErrnoException);
  }
}

function explain(path: string, error: NodeJS.ErrnoException): RatchetError {
  const elsewhere = 'choose another folder with --report DIR';
  if (error.code === 'ENOTDIR' || error.code === 'EEXIST') {
    return new UsageError('report-unwritable', `${path}: a part of this path is a file, not a folder`, elsewhere);
  }
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    const message = `${path}: no space left on the disk`;
    return new EnvironmentError('disk-full', message, `free some space, or ${elsewhere}`, error);
  }
  return new EnvironmentError('report-unwritable', `${path}: ${error.message}`, elsewhere, error);
}
