/** Runs k6 with the script of the tabs. It ends with this process, also by SIGKILL. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { ProgramError } from '../errors.ts';
import { markProcesses } from '../lifetime/marked-processes.ts';
import { ownProgram } from '../own-program.ts';

export interface K6Options {
  /** The program. */
  k6: string;
  /** Variables of the script. */
  variables: Readonly<Record<string, string>>;
  /** Receives the lines of the tabs. */
  linesFile: string;
  summaryFile: string;
  /** Further arguments of the user. */
  arguments: readonly string[];
}

export interface K6Result {
  /** The names of the thresholds that were crossed. */
  crossed: string[];
}

/** k6's exit code for a crossed threshold. */
const THRESHOLDS = 99;
const OUTPUT_LENGTH = 8_000;

/**
 * Resolves when k6 has ended. Aborting ends it at once.
 * @throws ProgramError if it fails for any other reason than a crossed threshold
 */
export async function runK6(options: K6Options, signal: AbortSignal): Promise<K6Result> {
  const mark = markProcesses();
  // Every virtual user has a copy of the script: half of the memory for some CPU time.
  const env = { GOGC: '30', ...process.env, ...mark.environment, ...options.variables };
  const child = spawn(options.k6, argumentsOf(options), { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid !== undefined) mark.watch(child.pid);
  let output = '';
  const collect = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-OUTPUT_LENGTH));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const kill = (): void => mark.kill();
  signal.addEventListener('abort', kill, { once: true });
  if (signal.aborted) kill();
  try {
    const [code, by] = (await once(child, 'exit')) as [number | null, string | null];
    if (signal.aborted) return { crossed: [] };
    if (code !== 0 && code !== THRESHOLDS) {
      throw new ProgramError('k6-failed', `k6 failed with ${by ?? `exit code ${code}`}`, output, 'see its output');
    }
    return { crossed: code === 0 ? [] : crossedIn(options.summaryFile) };
  } finally {
    signal.removeEventListener('abort', kill);
    mark.kill();
    mark.dismiss();
  }
}

function argumentsOf({ linesFile, summaryFile, arguments: more }: K6Options): string[] {
  const quiet = ['--quiet', '--no-color', '--no-usage-report', '--address', '', '--log-format', 'raw'];
  return [
    'run',
    ...quiet,
    '--console-output',
    linesFile,
    '--summary-export',
    summaryFile,
    ...more,
    ownProgram('./tab-script.ts', import.meta.url),
  ];
}

/** In a summary, `true` says that a threshold was crossed. */
function crossedIn(file: string): string[] {
  try {
    const { metrics } = JSON.parse(readFileSync(file, 'utf8')) as {
      metrics: Record<string, { thresholds?: Record<string, boolean> }>;
    };
    return Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
      Object.entries(thresholds).flatMap(([text, isCrossed]) => (isCrossed ? [`${name}: ${text}`] : [])),
    );
  } catch {
    return ['see the output of k6'];
  }
}
