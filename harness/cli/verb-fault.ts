import { Option, type Command } from 'commander';
import { UsageError } from '../errors.ts';
import type { ManualOption } from '../faults/fault.ts';
import { faultKinds, hasField, isRequestKind, type AnyKind, type FaultKindName } from '../faults/fault-registry.ts';
import type { Command as ControlCommand, FaultRequest } from '../up/control.ts';
import { firstOf } from '../required.ts';
import { duration } from './bounds.ts';
import { formatOption, wholeNumber } from './options.ts';
import { replicaOption, sendCommand, upOption, type ControlFlags } from './environment-control.ts';
import type { Finish } from './verb.ts';
import { definedFields } from '../defined-fields.ts';

interface FaultFlags extends ControlFlags {
  replica?: string;
  method?: string;
  actor?: string;
  nth?: number;
  times?: number;
  [option: string]: unknown;
}

/** The kinds that this verb can start. Others have their own verb, or only occur in runs. */
const KINDS = faultKinds.filter(({ byHand }) => byHand !== undefined && byHand.verb === undefined);
const NAMES = KINDS.map(({ kind }) => kind);

/** Field → the option that gives it; kinds that share a field share its option. */
const OPTIONS: ReadonlyMap<string, Option> = new Map(
  [...optionsByField()].map(([field, shared]) => [field, optionOf(shared)]),
);

function optionsByField(): Map<string, ManualOption[]> {
  const fields = new Map<string, ManualOption[]>();
  for (const { byHand } of KINDS) {
    for (const [field, option] of Object.entries(byHand?.options ?? {})) {
      fields.set(field, [...(fields.get(field) ?? []), option]);
    }
  }
  return fields;
}

function optionOf(shared: readonly ManualOption[]): Option {
  const { flag, value, choices } = firstOf(shared);
  const option = new Option(flag, [...new Set(shared.map(({ description }) => description))].join('; '));
  if (choices !== undefined) option.choices(choices);
  if (value === 'whole number') option.argParser(wholeNumber(0));
  if (value === 'duration') option.argParser(duration);
  return option;
}

export function addFault(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('fault')
    .description('start a fault on `ratchet up`, or end it')
    .argument('<what>', `${NAMES.join(', ')}, list or clear`)
    .argument('[number...]', 'with clear: the faults to end (default: all)')
    .addOption(replicaOption().default(undefined, 'the only one'))
    .option('--method <method>', 'only requests with this method: GET, POST, PATCH or DELETE')
    .option(
      '--actor <name>',
      'only requests with this name in the header x-ratchet-actor (default: requests without the header)',
    )
    .option('--nth <n>', 'only the n-th such request from now on', wholeNumber(1))
    .option('--times <n>', 'only this many requests (default: until the fault is cleared)', wholeNumber(1));
  for (const option of OPTIONS.values()) command.addOption(option);
  command
    .addOption(upOption())
    .addOption(formatOption())
    .addHelpText('after', helpText())
    .action(async (what: string, numbers: string[], flags: FaultFlags) =>
      finish(await sendCommand(commandOf(what, numbers, flags), flags, signal)),
    );
}

function helpText(): string {
  const rows: [name: string, text: string, options: string][] = [
    ...KINDS.map((kind): [string, string, string] => [kind.kind, kind.summary, optionNames(kind)]),
    ['list', 'show the active faults with their numbers', ''],
    ['clear [number…]', 'end these faults; without a number all of them, including lag', ''],
  ];
  const [nameWidth, textWidth] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, text, options]) =>
    `  ${name.padEnd(nameWidth!)}  ${text.padEnd(textWidth!)}  ${options}`.trimEnd(),
  );
  return `
What:
${lines.join('\n')}
A request fault applies to every request until it is cleared, or to those that --method, --nth and --times select.
These are the faults of a plan (docs/PLAN.md). Lag: \`ratchet lag --help\`.`;
}

function optionNames(kind: AnyKind): string {
  const own = Object.keys(kind.byHand?.options ?? {}).map((field) => OPTIONS.get(field)!.long!);
  return [...(hasField(kind, 'replica') ? ['--replica'] : []), ...own].join(' ');
}

function commandOf(what: string, numbers: readonly string[], flags: FaultFlags): ControlCommand {
  if (what !== 'clear' && numbers.length > 0) {
    throw new UsageError('fault-words', `only clear takes numbers; ${what} takes none`);
  }
  if (what === 'list') return { do: 'list' };
  if (what === 'clear') return numbers.length === 0 ? { do: 'clear' } : { do: 'clear', ids: numbers.map(idOf) };
  const kind = KINDS.find((each) => each.kind === what);
  if (kind === undefined) {
    throw new UsageError('fault-unknown', `no fault is called "${what}"`, `available: ${NAMES.join(', ')}`);
  }
  const { times } = flags;
  return { do: 'begin', fault: requestOf(kind, flags), ...(times === undefined ? {} : { times }) };
}

/** Contains only the given options; the schema of the fault rejects those of other kinds. */
function requestOf(kind: AnyKind, flags: FaultFlags): FaultRequest {
  const { replica, method, actor, nth } = flags;
  const fields = [...OPTIONS].map(([field, option]) => [field, flags[option.attributeName()]] as const);
  const chosen = definedFields({ method, actor, nth });
  // A request fault selects its requests by `match`; other kinds have their own fields.
  const match = isRequestKind(kind) && Object.keys(chosen).length > 0 ? { match: chosen } : chosen;
  return { kind: kind.kind as FaultKindName, ...definedFields({ replica, ...Object.fromEntries(fields) }), ...match };
}

function idOf(text: string): number {
  const id = Number(text.replace(/^#/, ''));
  if (Number.isSafeInteger(id)) return id;
  throw new UsageError('fault-words', `${text} is not the number of a fault`, '`ratchet fault list` shows them');
}
