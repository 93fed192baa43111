import { Option, type Command } from 'commander';
import { preflightSubject } from '../api/preflight-subject.ts';
import { ExitCode } from '../errors.ts';
import type { Check } from '../preflight/connection-trial.ts';
import { describeFailedCheck } from '../report/check-text.ts';
import { printable } from '../report/printable.ts';
import { CHECK_TIMEOUT_MS } from '../runner/defaults.ts';
import {
  backendOption,
  databasesIn,
  formatOption,
  onOption,
  ownTargetOption,
  subjectOption,
  wholeNumber,
} from './options.ts';
import { palette, print, printJson, progress } from './terminal.ts';
import type { Finish } from './verb.ts';

interface TryFlags {
  subject?: string;
  backend: string;
  on?: string;
  timeout: number;
  format: 'text' | 'json';
  iOwnThisTarget?: true;
}

export function addTry(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('try')
    .description('check that a subject is connected: its row, route, reader, generation and end, without any fault')
    .addOption(subjectOption())
    .addOption(backendOption())
    .addOption(onOption())
    .addOption(
      new Option('--timeout <ms>', 'how long each check waits for the application')
        .default(CHECK_TIMEOUT_MS)
        .argParser(wholeNumber(1)),
    )
    .addOption(ownTargetOption())
    .addOption(formatOption())
    .action(async (flags: TryFlags) => finish(await tryOut(flags, signal)));
}

async function tryOut(flags: TryFlags, signal: AbortSignal): Promise<number> {
  const { subject, timeout: timeoutMs, format, iOwnThisTarget: ownsTarget } = flags;
  const isText = format === 'text';
  const results = await preflightSubject({
    subject,
    ...databasesIn(flags),
    timeoutMs,
    ownsTarget,
    signal,
    onProgress: progress,
    onCheck: (check) => {
      if (isText) print(describeCheck(check));
    },
  });
  if (!isText) printJson(results);
  return results.ok ? ExitCode.valid : ExitCode.unknown;
}

/** One line: what was found, and what to do about it. */
export function describeCheck(check: Check): string {
  if (check.ok) return `${palette.green('✓')} ${printable(check.found)}`;
  return `${palette.red('✗')} ${describeFailedCheck(check)}`;
}
