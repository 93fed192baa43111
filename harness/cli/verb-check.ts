import type { Command } from 'commander';
import { Option } from 'commander';
import type { CheckOptions, Validity, Verdict } from '../checker/verdict.ts';
import { realClock } from '../clock.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
import { select, unknownNames } from '../history/selection.ts';
import type { Selection } from '../history/selection.ts';
import { formatJunit } from '../report/junit.ts';
import { formatVerdicts, validityMark } from '../report/text.ts';
import { judgeRun, propertyNames, requireProperties } from '../runner/judgement.ts';
import type { askedByPlan } from '../runner/promised.ts';
import type { HistoryHeader } from '../history/event.ts';
import type { PropertyName } from '../checker/properties.ts';
import { duration, share, staleness } from './bounds.ts';
import type { StalenessBounds } from './bounds.ts';
import { openSource, sourceOptions } from './history-source.ts';
import type { LoadedHistory, SourceFlags } from './history-source.ts';
import { propertyOption } from './options.ts';
import { palette, print } from './terminal.ts';
import type { Finish } from './verb.ts';

interface CheckFlags extends SourceFlags {
  property?: string[];
  key?: string[];
  session?: string[];
  format: 'text' | 'json' | 'junit';
  maxStaleness?: StalenessBounds;
  convergeWithin?: number;
  minAvailability?: number;
  timeout?: number;
}

/** A file and what became of it. */
interface CheckedFile extends LoadedHistory {
  valid: Validity;
  verdicts: Verdict[];
}

export function addCheck(program: Command, finish: Finish): void {
  const command = program
    .command('check')
    .description('judge histories: of runs, of Jepsen, or of your own logs')
    .argument('<files...>', 'newline-delimited JSON as docs/HISTORY.md describes it; .gz too; - is standard input')
    .addOption(propertyOption())
    .addOption(new Option('--key <name>', 'judge only this key, or these: may be given again').argParser(append))
    .addOption(
      new Option('--session <name>', 'judge only what this session saw, or these: may be given again').argParser(
        append,
      ),
    )
    .addOption(
      new Option(
        '--max-staleness <bound>',
        'bound of staleness, e.g. 500ms or 3versions: may be given as both',
      ).argParser(staleness),
    )
    .addOption(new Option('--converge-within <duration>', 'bound of convergence, e.g. 2s or 500ms').argParser(duration))
    .addOption(new Option('--min-availability <share>', 'bound of availability, e.g. 99.9%').argParser(share))
    .addOption(
      new Option('--timeout <duration>', 'how long the search of linearizable may take for each file').argParser(
        duration,
      ),
    );
  for (const option of sourceOptions()) command.addOption(option);
  command
    .addOption(new Option('--format <format>', 'of the output').choices(['text', 'json', 'junit']).default('text'))
    .action(async (files: string[], flags: CheckFlags) => finish(await check(files, flags)));
}

/** All files are read before one is judged: where one is bad, there is no verdict on any. */
async function check(files: readonly string[], flags: CheckFlags): Promise<number> {
  if (files.filter((file) => file === '-').length > 1) throw new UsageError('stdin-twice', '- stands there twice');
  const source = await openSource(flags);
  const asked = flags.property ?? source.properties;
  const properties = asked === undefined ? undefined : requireProperties(asked);
  const loaded: LoadedHistory[] = [];
  for (const file of files) loaded.push(await source.load(file));
  const selection = selectionOf(flags, loaded);
  const checked = await Promise.all(loaded.map((file) => judge(file, selection, properties, flags)));
  const valid = combined(checked);
  print({ text: asText, json: asJson, junit: asJunit }[flags.format](checked, valid));
  return exitCodeOf(valid);
}

async function judge(
  file: LoadedHistory,
  selection: Selection | undefined,
  asked: readonly PropertyName[] | undefined,
  flags: CheckFlags,
): Promise<CheckedFile> {
  const history = selection === undefined ? file.history : select(file.history, selection);
  // Unless the command line says otherwise, a run is held to what its plan promises, as when it was run.
  const byPlan = asked === undefined ? await promisedBy(history.header) : undefined;
  const properties = asked ?? byPlan?.properties ?? propertyNames();
  return { ...file, ...judgeRun(history, properties, { ...byPlan?.options, ...optionsOf(flags) }) };
}

/** A history without a plan is read without what knows plans. */
async function promisedBy(header: HistoryHeader | undefined): Promise<ReturnType<typeof askedByPlan>> {
  if (header?.['plan'] === undefined) return undefined;
  const promised = await import('../runner/promised.ts');
  return promised.askedByPlan(header);
}

function optionsOf({ maxStaleness, convergeWithin, minAvailability, timeout }: CheckFlags): CheckOptions {
  const options: CheckOptions = { ...maxStaleness };
  if (convergeWithin !== undefined) options.convergeWithinMs = convergeWithin;
  if (minAvailability !== undefined) options.minAvailability = minAvailability;
  if (timeout !== undefined) {
    const clock = realClock();
    options.isOverdue = () => clock.now() > timeout * 1e6;
  }
  return options;
}

/** A name that no file knows is a mistake: a verdict on nothing would always be good. */
function selectionOf({ key, session }: CheckFlags, loaded: readonly LoadedHistory[]): Selection | undefined {
  if (key === undefined && session === undefined) return undefined;
  const selection = {
    ...(key === undefined ? {} : { keys: key }),
    ...(session === undefined ? {} : { sessions: session }),
  };
  const [first, ...rest] = loaded.map(({ history }) => unknownNames(history, selection));
  const nowhere = first?.find((name) => rest.every((names) => names.includes(name)));
  if (nowhere === undefined) return selection;
  const what = key?.includes(nowhere) === true ? 'key' : 'session';
  throw new UsageError('selection-empty', `no history has the ${what} "${nowhere}"`);
}

function combined(checked: readonly CheckedFile[]): Validity {
  if (checked.some(({ valid }) => valid === false)) return false;
  return checked.some(({ valid }) => valid === 'unknown') ? 'unknown' : true;
}

function asText(checked: readonly CheckedFile[]): string {
  const parts = checked.map(({ file, history, verdicts, log }) => {
    const title = checked.length > 1 ? [palette.bold(file)] : [];
    return [...title, ...describeLog(log), formatVerdicts(history, verdicts, palette)].join('\n');
  });
  return checked.length > 1 ? [...parts, summary(checked)].join('\n\n') : parts.join('');
}

function describeLog(log: LoadedHistory['log']): string[] {
  if (log === undefined) return [];
  const skipped = log.skipped.reduce((sum, { count }) => sum + count, 0);
  const reasons = log.skipped.map(({ reason, count, line }) => `${count}: ${reason}, first at line ${line}`);
  const lines = [`${log.lines} lines, ${skipped} skipped`, ...reasons.map((reason) => `  ${reason}`)];
  return lines.map((line) => palette.dim(line));
}

function summary(checked: readonly CheckedFile[]): string {
  const counts = ([true, false, 'unknown'] as const)
    .map((valid) => [valid, checked.filter((file) => file.valid === valid).length] as const)
    .filter(([, number]) => number > 0)
    .map(([valid, number]) => `${validityMark(valid, palette)} ${number} ${describeValidity(valid)}`);
  return `${checked.length} files: ${counts.join(', ')}`;
}

function describeValidity(valid: Validity): string {
  if (valid === 'unknown') return 'unknown';
  return valid ? 'held' : 'did not hold';
}

function asJson(checked: readonly CheckedFile[], valid: Validity): string {
  const files = checked.map(({ file, history, log, ...judgement }) => ({
    file,
    events: history.length,
    ...log,
    ...judgement,
  }));
  return JSON.stringify({ valid, files }, undefined, 2);
}

function asJunit(checked: readonly CheckedFile[]): string {
  return formatJunit(checked);
}

function append(name: string, before: readonly string[] = []): string[] {
  return [...before, name];
}
