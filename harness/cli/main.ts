/** The command line: reads argv, prints, exits. Each verb has its own file. */
import { Command, CommanderError } from 'commander';
import { realClock } from '../clock.ts';
import { EnvironmentError, ExitCode, RatchetError } from '../errors.ts';
import { packageVersion } from '../package-version.ts';
import { userMistake } from '../loader/user-mistake.ts';
import { systemFailure } from '../system-failure.ts';
import { catchOutputErrors, outputFinished } from './standard-streams.ts';
import { printError } from './terminal.ts';
import type { AddVerb, Finish } from './verb.ts';

/** Loaded on demand: `check` does not load the code that runs plans. */
const VERBS: Readonly<Record<string, () => Promise<AddVerb>>> = {
  run: async () => (await import('./verb-run.ts')).addRun,
  init: async () => (await import('./verb-init.ts')).addInit,
  try: async () => (await import('./verb-try.ts')).addTry,
  matrix: async () => (await import('./verb-matrix.ts')).addMatrix,
  limits: async () => (await import('./verb-limits.ts')).addLimits,
  load: async () => (await import('./verb-load.ts')).addLoad,
  explore: async () => (await import('./verb-explore.ts')).addExplore,
  replay: async () => (await import('./verb-replay.ts')).addReplay,
  check: async () => (await import('./verb-check.ts')).addCheck,
  map: async () => (await import('./verb-map.ts')).addMap,
  reports: async () => (await import('./verb-reports.ts')).addReports,
  merge: async () => (await import('./verb-merge.ts')).addMerge,
  show: async () => (await import('./verb-show.ts')).addShow,
  export: async () => (await import('./verb-export.ts')).addExport,
  watch: async () => (await import('./verb-watch.ts')).addWatch,
  up: async () => (await import('./verb-up.ts')).addUp,
  lag: async () => (await import('./verb-lag.ts')).addLag,
  fault: async () => (await import('./verb-fault.ts')).addFault,
  list: async () => (await import('./verb-list.ts')).addList,
  doctor: async () => (await import('./verb-doctor.ts')).addDoctor,
};

const EXIT_CODES = `
Exit codes:
  0    every property holds, or a command that judges nothing has succeeded
  1    a property is violated
  2    inconclusive: a run, a checker, a reporter or a backend failed, or the machine lacks something
  64   bad input or usage
  130  interrupted (143: terminated)

Every run saves plan.json, history.ndjson and verdict.json in REPORT/<scenario>/<subject>/<time>-<seed>/,
and REPORT/latest points to the newest. --keep-reports says how many remain of each scenario.`;

export async function main(argv: readonly string[]): Promise<void> {
  const [verb = ''] = argv;
  const interruption = catchSignals(SIGNALS_OF.get(verb) ?? SIGNALS);
  catchOutputErrors();
  let exitCode: number = ExitCode.unknown;
  const finish: Finish = (code) => {
    exitCode = code;
  };
  const program = new Command('ratchet')
    .description('Tests that progress shown to a user never goes backwards.')
    .version(packageVersion())
    .addHelpText('after', EXIT_CODES)
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  for (const load of verbsFor(argv)) (await load())(program, finish, interruption.signal);
  for (const command of program.commands) command.addHelpText('after', EXIT_CODES);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // A signal is only known after the code that it met.
    await realClock().sleep(0);
    const isInterrupted = interruption.exitCode() !== undefined;
    exitCode = failureCode(isInterrupted && isEndOfCompiler(error) ? interrupted() : error, program);
  }
  interruption.endNow();
  const lost = await outputFinished();
  if (lost !== undefined) {
    printError(lost);
    exitCode = ExitCode.unknown;
  }
  process.exit(JUDGED_WHEN_INTERRUPTED.has(verb) ? exitCode : (interruption.exitCode() ?? exitCode));
}

/** An unknown verb loads all of them, since the help and the suggestion name them. */
function verbsFor([first = '']: readonly string[]): (() => Promise<AddVerb>)[] {
  const verb = Object.hasOwn(VERBS, first) ? VERBS[first] : undefined;
  return verb === undefined ? Object.values(VERBS) : [verb];
}

function failureCode(thrown: unknown, program: Command): number {
  const error = thrown instanceof RatchetError ? thrown : (systemFailure(thrown) ?? userMistake(thrown) ?? thrown);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return ExitCode.valid;
    if (error.code === 'commander.help') return ExitCode.usage;
    printError(`${error.message.replace(/^error: /, '')} — see \`ratchet ${nameOfCommand(program)}--help\``);
    return ExitCode.usage;
  }
  if (error instanceof RatchetError) {
    printError(error);
    return error.exitCode;
  }
  printError(`this is a bug in Ratchet: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return ExitCode.unknown;
}

/** The signal of a terminal ends the compiler together with the command. */
function isEndOfCompiler(error: unknown): boolean {
  return error instanceof RatchetError && error.code === 'compiler-ended';
}

function interrupted(): EnvironmentError {
  return new EnvironmentError('interrupted', 'the command was interrupted');
}

function nameOfCommand(program: Command): string {
  const [verb] = program.args;
  return program.commands.some((command) => command.name() === verb) ? `${verb} ` : '';
}

interface Interruption {
  signal: AbortSignal;
  exitCode(): number | undefined;
  /** From now on, the first signal ends the process too. */
  endNow(): void;
}

/** With the exit codes that a shell shows. */
const SIGNALS: readonly (readonly [signal: NodeJS.Signals, exitCode: number])[] = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
];

/**
 * `check` computes without a pause and has nothing to keep, so that signals end it as they end other processes. `watch` reads its
 * settings again on SIGHUP.
 */
const SIGNALS_OF: ReadonlyMap<string, typeof SIGNALS> = new Map([
  ['check', []],
  ['watch', SIGNALS.filter(([signal]) => signal !== 'SIGHUP')],
]);

/** A signal is the usual end of such a verb, whose exit code is that of its verdict. */
const JUDGED_WHEN_INTERRUPTED: ReadonlySet<string> = new Set(['watch']);

/** A shell, `timeout` or npm can send one request to end twice: to the process, and to its group. */
const TOGETHER_NS = 500e6;

/** The first signal stops the run and keeps what was recorded; a later one ends at once. */
function catchSignals(signals: typeof SIGNALS): Interruption {
  const controller = new AbortController();
  let code: number | undefined;
  let endsAtOnce = false;
  let stoppedAt = 0;
  const clock = realClock();
  for (const [signal, exitCode] of signals) {
    process.on(signal, () => {
      if (endsAtOnce) process.exit(exitCode);
      if (code !== undefined) {
        if (clock.now() - stoppedAt > TOGETHER_NS) process.exit(exitCode);
        return;
      }
      code = exitCode;
      stoppedAt = clock.now();
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => code, endNow: () => void (endsAtOnce = true) };
}
