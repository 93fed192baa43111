import type { Command } from 'commander';

/** Ends the program with this code when the verb has done its work. */
export type Finish = (exitCode: number) => void;

/** Adds a verb to the command line. `signal` aborts when the command is interrupted. */
export type AddVerb = (program: Command, finish: Finish, signal: AbortSignal) => void;
