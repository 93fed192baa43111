/** Combines several reporters into one, each with its own output. A failure of one ends only that one. */
import { resolve } from 'node:path';
import { EnvironmentError, UsageError } from '../errors.ts';
import type { Output, Reporter } from '../port/reporter.ts';
import { firstOf } from '../required.ts';
import { FileOutput } from './file-output.ts';
import { DEFAULT_REPORTER, loadReporter } from './reporters.ts';

/** A reporter of the command line. */
export interface ReporterRequest {
  /** A name of the registry, or the path of a file. */
  name: string;
  /** `undefined`: standard output. */
  file: string | undefined;
}

/** A reporter that is on by itself. Unless it is requested too, it writes where no other does. */
export interface AutomaticReporter {
  name: string;
  write(text: string): void;
}

export interface OpenOptions {
  /** If empty, `text` on standard output. */
  requests: readonly ReporterRequest[];
  automatic?: AutomaticReporter | undefined;
  isVerbose: boolean;
  /** Writes to standard output. */
  write(text: string): void;
  /** Called with the error that ended a reporter. */
  onFailure(error: Error): void;
}

/**
 * Files are opened, and their folders made, when the verb begins.
 * @throws UsageError for an unknown reporter, a file that exports none, or two that write to the same place
 */
export async function openReporters(options: OpenOptions): Promise<Reporter> {
  const { requests, automatic, isVerbose, write } = options;
  const wanted = requests.length === 0 ? [{ name: DEFAULT_REPORTER, file: undefined }] : requests;
  requireDistinct(wanted);
  const opened: OpenReporter[] = [];
  for (const { name, file } of wanted) {
    const create = await loadReporter(name);
    const fileOutput = file === undefined ? undefined : new FileOutput(file);
    const output: Output = fileOutput ?? { write, file: undefined };
    opened.push({ name, fileOutput, reporter: await createReporter(name, () => create({ output, isVerbose })) });
  }
  if (automatic !== undefined && !wanted.some(({ name }) => name === automatic.name)) {
    const create = await loadReporter(automatic.name);
    const reporter = await create({ output: { write: automatic.write, file: undefined }, isVerbose });
    opened.push({ name: automatic.name, fileOutput: undefined, reporter });
  }
  return asOne(opened, options.onFailure);
}

interface OpenReporter {
  name: string;
  reporter: Reporter;
  fileOutput: FileOutput | undefined;
}

function requireDistinct(requests: readonly ReporterRequest[]): void {
  const byPlace = Map.groupBy(requests, ({ file }) => (file === undefined ? undefined : resolve(file)));
  for (const group of byPlace.values()) {
    if (group.length < 2) continue;
    const names = group.map(({ name }) => name).join(' and ');
    const what = `${names} would both write to ${firstOf(group).file ?? 'standard output'}`;
    throw new UsageError('reporters-collide', what, 'give each a file of its own: --reporter NAME=FILE');
  }
}

const METHODS = ['begin', 'starting', 'ran', 'explored', 'end'] as const;

async function createReporter(name: string, create: () => unknown): Promise<Reporter> {
  let reporter: unknown;
  try {
    reporter = await create();
  } catch (error) {
    throw new UsageError('module-broken', `${name}: its reporter cannot be created: ${(error as Error).message}`);
  }
  if (typeof reporter !== 'object' || reporter === null) {
    throw new UsageError('module-broken', `${name}: its reporter is not an object`, 'docs/REPORTERS.md has an example');
  }
  for (const method of METHODS) {
    const value = (reporter as Record<string, unknown>)[method];
    if (value === undefined || typeof value === 'function') continue;
    throw new UsageError('module-broken', `${name}: ${method} of its reporter is not a function`);
  }
  return reporter as Reporter;
}

function asOne(opened: readonly OpenReporter[], onFailure: (error: Error) => void): Reporter {
  const active = new Set(opened);
  const each = async (call: (open: OpenReporter) => unknown): Promise<void> => {
    for (const open of active) {
      try {
        await call(open);
      } catch (error) {
        active.delete(open);
        open.fileOutput?.close();
        onFailure(failureOf(open, error as Error));
      }
    }
  };
  return {
    begin: (start) =>
      each(async ({ fileOutput, reporter }) => {
        fileOutput?.open();
        await reporter.begin?.(start);
      }),
    starting: (title) => each(({ reporter }) => reporter.starting?.(title)),
    ran: (run) => each(({ reporter }) => reporter.ran?.(run)),
    explored: (exploration) => each(({ reporter }) => reporter.explored?.(exploration)),
    end: (end) =>
      each(async ({ fileOutput, reporter }) => {
        await reporter.end?.(end);
        fileOutput?.close();
      }),
  };
}

function failureOf({ name }: OpenReporter, error: Error): Error {
  if (error instanceof EnvironmentError) return error;
  const hint = 'the runs are saved';
  return new EnvironmentError('reporter-failed', `the reporter ${name} failed: ${error.message}`, hint, error);
}
