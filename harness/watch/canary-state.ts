/** The file in which a canary keeps what it remembers, so that a restart forgets nothing. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { readJsonFile } from '../json-file.ts';
import { shortPath } from '../short-path.ts';
import { writing } from '../writing.ts';
import { CANARY_PROPERTIES, SavedMemorySchema, type CanaryProperty, type SavedMemory } from './canary-memory.ts';

/** Changes with a change that a previous version of Ratchet could not read. */
const STATE_VERSION = 1;

/** Property → how many reversions there were since the file began. */
export type ReversionCounts = Readonly<Record<CanaryProperty, number>>;

export interface CanaryState {
  /** The URL of the application. */
  target: string;
  reversions: ReversionCounts;
  memory: SavedMemory;
}

const count = z.number().int().min(0);
const StateFile = z.strictObject({
  watch: z.literal(STATE_VERSION),
  target: z.string(),
  reversions: z.strictObject(
    Object.fromEntries(CANARY_PROPERTIES.map((name) => [name, count])) as Record<CanaryProperty, typeof count>,
  ),
  memory: SavedMemorySchema,
});

/**
 * @returns `undefined` if there is no file yet
 * @throws UsageError if it is no state of a canary, or one of another application
 */
export function readState(file: string, target: string): CanaryState | undefined {
  if (!existsSync(file)) return undefined;
  const state = readJsonFile(file, StateFile, (what) => {
    const problem = `${shortPath(file)}: ${what.replaceAll(/\s*\n\s*/g, ' ')}`;
    return new UsageError(
      'canary-state',
      problem,
      'it is no state of `ratchet watch`: name another file with --state FILE',
    );
  });
  if (state.target === target) return state;
  const problem = `${shortPath(file)} is the state of another application: ${state.target}`;
  throw new UsageError('canary-state', problem, 'name another file with --state FILE');
}

/**
 * Replaces the file at once: a crash leaves the old one or the new one.
 * @throws EnvironmentError if it cannot be written
 */
export function writeState(file: string, { target, reversions, memory }: CanaryState): void {
  const fresh = `${file}.part`;
  writing(file, 'canary-state-unwritable', 'choose another file with --state FILE', () => {
    try {
      writeFileSync(fresh, `${JSON.stringify({ watch: STATE_VERSION, target, reversions, memory })}\n`);
      renameSync(fresh, file);
    } finally {
      rmSync(fresh, { force: true });
    }
  });
}
