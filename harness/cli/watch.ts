/** `ratchet run --watch`: each run is a process of its own, so that all files are loaded anew and nothing is left of it. */
import { spawn } from 'node:child_process';
import { basename, dirname, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Option, type Command } from 'commander';
import { realClock } from '../clock.ts';
import { UsageError } from '../errors.ts';
import { printable } from '../report/printable.ts';
import { openCatalogue, type Catalogue } from '../runner/catalogue.ts';
import { palette, print, write } from './terminal.ts';
import { WatchSession, type StartedRun } from './watch-session.ts';
import { watchFiles } from './watched-files.ts';

/** Files that an editor or a version control system writes together are one change. */
const QUIET_MS = 100;

export const watchOption = (): Option =>
  new Option('--watch', 'run again what a change of a file affects, and on keys; needs a terminal').conflicts([
    'shard',
    'updateBaseline',
  ]);

/**
 * @param command the command `run` with its arguments
 * @returns the exit code of the last run
 * @throws UsageError if there is no terminal
 */
export async function watchRuns(
  command: Command,
  names: readonly string[],
  report: string,
  signal: AbortSignal,
): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError('watch-without-terminal', '--watch needs a terminal', 'without one, run without --watch');
  }
  const options = optionsOf(command, process.argv.slice(3));
  const catalogue = await openCatalogue(process.cwd());
  const session = new WatchSession({
    names,
    known: catalogue.scenarioNames,
    start: (args) => startRun(['run', ...args, ...options]),
    write,
  });
  const changes = new Changes((files) => {
    const [first = ''] = files;
    print(palette.dim(`\n${printable(relative(process.cwd(), first))} has changed`));
    session.changed(affectedBy(files, catalogue));
  });
  const files = watchFiles({
    root: catalogue.projectFolder,
    ignored: [report],
    onChange: (file) => changes.add(file),
  });
  const closeKeys = readKeys(session);
  signal.addEventListener('abort', () => session.quit(), { once: true });
  if (signal.aborted) session.quit();
  try {
    return await session.untilQuit();
  } finally {
    closeKeys();
    files.close();
    changes.close();
  }
}

/** The arguments of the command without the names and without `--watch`. */
export function optionsOf(command: Command, args: readonly string[]): string[] {
  const known = command.options.flatMap(({ long, required }) =>
    typeof long !== 'string' ? [] : [[long.slice(2), { type: required ? ('string' as const) : ('boolean' as const) }]],
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(known),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return tokens.flatMap((token) => {
    if (token.kind !== 'option' || token.name === 'watch') return [];
    return token.value === undefined ? [token.rawName] : [`${token.rawName}=${token.value}`];
  });
}

/** The scenarios whose own files have changed; `undefined` if another file has, which any scenario may depend on. */
export function affectedBy(
  files: Iterable<string>,
  { scenarioFolders, scenarioNames }: Pick<Catalogue, 'scenarioFolders' | 'scenarioNames'>,
): string[] | undefined {
  const names: string[] = [];
  for (const file of files) {
    const name = basename(file).replace(/\.[jt]s$/, '');
    if (!scenarioFolders.includes(dirname(file)) || !scenarioNames.includes(name)) return undefined;
    names.push(name);
  }
  return names;
}

function startRun(args: readonly string[]): StartedRun {
  const [, program = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  child.on('exit', (code) => resolve(code ?? 2));
  child.on('error', () => resolve(2));
  return { ended, stop: () => void child.kill('SIGTERM') };
}

/** Collects the files of one change. */
class Changes {
  readonly #onChange: (files: ReadonlySet<string>) => void;
  readonly #clock = realClock();
  readonly #closed = new AbortController();
  #files = new Set<string>();
  #isWaiting = false;

  constructor(onChange: (files: ReadonlySet<string>) => void) {
    this.#onChange = onChange;
  }

  add(file: string): void {
    this.#files.add(file);
    if (!this.#isWaiting) void this.#wait();
  }

  close(): void {
    this.#closed.abort();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    await this.#clock.sleep(QUIET_MS, this.#closed.signal);
    this.#isWaiting = false;
    const files = this.#files;
    this.#files = new Set();
    if (!this.#closed.signal.aborted) this.#onChange(files);
  }
}

/** The terminal passes every key at once, also Ctrl-C. */
function readKeys(session: WatchSession): () => void {
  const { stdin } = process;
  const onData = (input: string): void => session.pressed(input);
  const onEnd = (): void => session.quit();
  stdin.setEncoding('utf8').setRawMode(true).on('data', onData).on('end', onEnd).resume();
  return () => {
    stdin.off('data', onData).off('end', onEnd).setRawMode(false).pause();
  };
}
