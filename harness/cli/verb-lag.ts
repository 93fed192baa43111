import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import type { Command as ControlCommand } from '../up/control.ts';
import { parseLag } from './lag-argument.ts';
import { formatOption, wholeNumber } from './options.ts';
import { replicaOption, sendCommand, upOption, type ControlFlags } from './environment-control.ts';
import type { Finish } from './verb.ts';

interface LagFlags extends ControlFlags {
  replica?: string;
  generation?: number;
}

const HELP = `
How:
  5s, 500ms        every commit becomes visible that much later
  pause            nothing more becomes visible
  hold STORY N     commits become visible at once, up to the one that takes STORY to N %; later ones do not
                   (requires an environment with a subject: \`ratchet up --subject\`)
  resume           all lag ends, and the replicas catch up
A new lag of a replica replaces its earlier one.`;

export function addLag(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('lag')
    .description('make the replicas of `ratchet up` lag, or let them catch up')
    .argument('<how>', '5s, pause, hold or resume')
    .argument('[story]', 'with hold: the key of the story')
    .argument('[progress]', 'with hold: the last progress that is shown', wholeNumber(0))
    .option('--generation <n>', 'with hold: the generation of that progress (default: 1)', wholeNumber(1))
    .addOption(replicaOption().default(undefined, 'all'))
    .addOption(upOption())
    .addOption(formatOption())
    .addHelpText('after', HELP)
    .action(async (how: string, story: string | undefined, progress: number | undefined, flags: LagFlags) =>
      finish(await sendCommand(commandOf(how, story, progress, flags), flags, signal)),
    );
}

function commandOf(
  how: string,
  story: string | undefined,
  progress: number | undefined,
  flags: LagFlags,
): ControlCommand {
  const replica = flags.replica === undefined ? {} : { replica: flags.replica };
  if (how === 'hold') {
    if (story === undefined || progress === undefined) {
      throw new UsageError('lag-hold', 'hold needs a story and a progress', 'e.g. ratchet lag hold story-1 10');
    }
    const generation = flags.generation === undefined ? {} : { generation: flags.generation };
    return {
      do: 'begin',
      fault: { kind: 'lag', mode: 'exact', hold_at: { key: story, progress, ...generation }, ...replica },
    };
  }
  if (story !== undefined || flags.generation !== undefined) {
    throw new UsageError('lag-words', `only hold takes a story; ${how} takes none`);
  }
  if (how === 'resume') return { do: 'clear', kind: 'lag', ...replica };
  return { do: 'begin', fault: { ...parseLag(how), ...replica } };
}
