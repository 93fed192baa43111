/** What `ratchet run --watch` runs, and when: on changes of files, and on keys. It reads neither files nor the terminal. */
import { ExitCode } from '../errors.ts';

export interface StartedRun {
  /** Resolves to the exit code when its process has ended. */
  readonly ended: Promise<number>;
  /** Ends it early; called twice, at once. */
  stop(): void;
}

export interface WatchOptions {
  /** Names of the scenarios to run; none means all. */
  names: readonly string[];
  /** Names of the scenarios that exist, to which a filter applies. */
  known: readonly string[];
  /** Starts `ratchet run` with these arguments in front of those that stay the same. */
  start(args: readonly string[]): StartedRun;
  /** Writes to the terminal. */
  write(text: string): void;
}

/** The scenarios of a run: all that are chosen, or some of them by name. */
type Scope = 'chosen' | ReadonlySet<string>;

interface Request {
  scope: Scope;
  flags: readonly string[];
}

const FAILED_FIRST: Request = { scope: 'chosen', flags: ['--failed-first'] };
const LAST_FAILED: Request = { scope: 'chosen', flags: ['--last-failed'] };

const KEYS = 'a all · f failed · p filter by name · Enter again · q quit';
const KEY = { interrupt: '\u0003', escape: '\u001B', backspace: '\u007F', return: '\r', newline: '\n' };

export class WatchSession {
  readonly #options: WatchOptions;
  #chosen: readonly string[];
  #running: { run: StartedRun; request: Request; isStopped: boolean } | undefined;
  #wanted: Request | undefined = FAILED_FIRST;
  #last = FAILED_FIRST;
  /** What has been typed of a filter, while it is asked for. */
  #typed: string | undefined;
  #isOver = false;
  #exitCode: number = ExitCode.unknown;
  #wake: () => void = () => undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#chosen = options.names;
  }

  /**
   * Runs until the user quits.
   * @returns the exit code of the last run that was not stopped; 2 if there was none
   */
  async untilQuit(): Promise<number> {
    while (!this.#isOver) {
      const request = this.#typed === undefined ? this.#wanted : undefined;
      if (request === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else await this.#run(request);
    }
    return this.#exitCode;
  }

  async #run(request: Request): Promise<void> {
    this.#wanted = undefined;
    this.#last = request;
    const names = request.scope === 'chosen' ? this.#chosen : [...request.scope];
    const run = this.#options.start([...names, ...request.flags]);
    const running = { run, request, isStopped: false };
    this.#running = running;
    const code = await run.ended;
    this.#running = undefined;
    // A run that was stopped says nothing.
    if (running.isStopped) return;
    this.#exitCode = code;
    this.#options.write(`\nwaiting for changes: ${KEYS}\n`);
  }

  /** @param scenarios the names of the scenarios whose files have changed; `undefined` if all may be affected */
  changed(scenarios: readonly string[] | undefined): void {
    const affected = scenarios?.filter((name) => this.#chosen.length === 0 || this.#chosen.includes(name));
    if (affected?.length === 0) return;
    // What was stopped, or waits, runs again too.
    const open = [this.#running?.request, this.#wanted].filter((request) => request !== undefined);
    const scopes = [affected === undefined ? 'chosen' : new Set(affected), ...open.map(({ scope }) => scope)] as const;
    const all = scopes.reduce<Scope>((sum, scope) => union(sum, scope), new Set());
    this.#request({ scope: all, flags: FAILED_FIRST.flags });
  }

  /** @param input what the terminal has read in one piece */
  pressed(input: string): void {
    // The sequence of an arrow or function key is no text.
    if (input.length > 1 && input.startsWith(KEY.escape)) return;
    for (const key of input) {
      if (key === KEY.interrupt) this.quit();
      else if (this.#typed !== undefined) this.#type(this.#typed, key);
      else this.#command(key);
    }
  }

  /** Called twice, it does not wait for the run to clean up. */
  quit(): void {
    if (this.#isOver) this.#running?.run.stop();
    else this.#stop();
    this.#isOver = true;
    this.#wake();
  }

  #command(key: string): void {
    if (key === 'q') this.quit();
    else if (key === 'a') this.#request(FAILED_FIRST);
    else if (key === 'f') this.#request(LAST_FAILED);
    else if (key === KEY.return || key === KEY.newline) this.#request(this.#last);
    else if (key === 'h') this.#options.write(`${KEYS}\n`);
    else if (key === 'p') this.#ask();
  }

  #ask(): void {
    this.#stop();
    this.#typed = '';
    this.#options.write('\n');
    this.#prompt();
  }

  #type(typed: string, key: string): void {
    if (key === KEY.return || key === KEY.newline) return this.#choose(typed);
    if (key === KEY.escape) return this.#endPrompt();
    if (key === KEY.backspace) this.#typed = typed.slice(0, -1);
    else if (/^[\w-]$/.test(key)) this.#typed = typed + key;
    this.#prompt();
  }

  #choose(typed: string): void {
    const matching = this.#matching(typed);
    if (matching.length === 0) return this.#prompt();
    this.#endPrompt();
    this.#chosen = typed === '' ? this.#options.names : matching;
    this.#request(FAILED_FIRST);
  }

  #matching(typed: string): string[] {
    const { names, known } = this.#options;
    return (names.length === 0 ? known : names).filter((name) => name.includes(typed));
  }

  #prompt(): void {
    const { length } = this.#matching(this.#typed ?? '');
    const count = length === 1 ? '1 scenario' : `${length} scenarios`;
    this.#options.write(`\r\u001B[Kname contains (${count}): ${this.#typed}`);
  }

  #endPrompt(): void {
    this.#typed = undefined;
    this.#options.write('\n');
    this.#wake();
  }

  #request(request: Request): void {
    this.#wanted = request;
    this.#stop();
    this.#wake();
  }

  #stop(): void {
    if (this.#running === undefined || this.#running.isStopped) return;
    this.#running.isStopped = true;
    this.#running.run.stop();
  }
}

function union(one: Scope, other: Scope): Scope {
  return one === 'chosen' || other === 'chosen' ? 'chosen' : new Set([...one, ...other]);
}
