import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { findSavedRun, type SavedRun } from '../api/saved-run.ts';
import { check } from '../api/verbs.ts';
import { ExitCode } from '../errors.ts';
import type { JudgedRun } from '../port/reporter.ts';
import { openReporters } from '../report/open-reporters.ts';
import { shortPath } from '../short-path.ts';
import { print, write } from './terminal.ts';
import type { Finish } from './verb.ts';

interface ShowFlags {
  svg?: true;
  output?: string;
  open: boolean;
}

/** In the folder of the report. */
const LATEST = 'reports/latest';

export function addShow(program: Command, finish: Finish): void {
  program
    .command('show')
    .description('draw a saved run: a page that a browser opens, or a picture')
    .argument('[run]', 'the folder of a run, or a history', LATEST)
    .addOption(new Option('--svg', 'a picture instead of a page; to standard output, unless there is --output'))
    .addOption(new Option('--output <file>', 'file to write (default: report.html beside the history)'))
    .addOption(
      new Option('--no-open', 'only print the path of the page; the default if standard output is not a terminal'),
    )
    .action(async (run: string, flags: ShowFlags) => finish(await show(run, flags)));
}

async function show(path: string, { svg, output, open }: ShowFlags): Promise<number> {
  const saved = findSavedRun(path);
  const file = svg ? output : (output ?? join(saved.folder, 'report.html'));
  const { valid, histories, durationMs } = await check([saved.historyFile]);
  const reporter = await openReporters({
    requests: [{ name: svg ? 'svg' : 'html', file }],
    isVerbose: false,
    write,
    onFailure(error) {
      throw error;
    },
  });
  const runs = histories.map((history) => named(history, saved));
  await reporter.begin?.({ verb: 'check', titles: runs, leftOut: [], defaults: {} });
  for (const run of runs) await reporter.ran?.(run);
  await reporter.end?.({ valid, durationMs, error: undefined });
  if (file === undefined) return ExitCode.valid;
  print(shortPath(file));
  if (!svg && open && process.stdout.isTTY) openInBrowser(file);
  return ExitCode.valid;
}

/** The judged history with the title of its run. */
function named(run: JudgedRun, { title, replay, historyFile }: SavedRun): JudgedRun {
  const { file, ...rest } = run;
  const isOfRun = title.scenario !== undefined;
  return { ...rest, ...title, ...(isOfRun || file === undefined ? {} : { file }), replay, historyFile };
}

const OPENERS: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** The path has been printed: a machine without a browser needs nothing else. */
function openInBrowser(file: string): void {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const browser = spawn(command, [...args, file], { detached: true, stdio: 'ignore' });
  browser.on('error', () => undefined);
  browser.unref();
}
