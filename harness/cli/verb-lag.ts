import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import type { Command as Order } from '../up/control.ts';
import { lagOf } from './lag-words.ts';
import { formatOption, wholeNumber } from './options.ts';
import { replicaOption, steer, upOption, type SteeringFlags } from './steering.ts';
import type { Finish } from './verb.ts';

interface LagFlags extends SteeringFlags {
  replica?: string;
  generation?: number;
}

const HELP = `
How:
  5s, 500ms        every commit becomes visible that much later
  pause            nothing more becomes visible
  hold STORY N     every commit becomes visible at once, up to that which takes STORY to N %; nothing after it
                   (where \`ratchet up\` knows the table of the progress: --subject)
  resume           all lag ends, and the replicas catch up
The last one that was said of a replica counts.`;

export function addLag(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('lag')
    .description('hold the replicas of `ratchet up` back, or let them go')
    .argument('<how>', '5s, pause, hold or resume')
    .argument('[story]', 'with hold: the key of the story')
    .argument('[progress]', 'with hold: the last progress that is shown', wholeNumber(0))
    .option('--generation <n>', 'with hold: the generation of that progress (default: 1)', wholeNumber(1))
    .addOption(replicaOption().default(undefined, 'all'))
    .addOption(upOption())
    .addOption(formatOption())
    .addHelpText('after', HELP)
    .action(async (how: string, story: string | undefined, progress: number | undefined, flags: LagFlags) =>
      finish(await steer(orderOf(how, story, progress, flags), flags, signal)),
    );
}

function orderOf(how: string, story: string | undefined, progress: number | undefined, flags: LagFlags): Order {
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
  return { do: 'begin', fault: { ...lagOf(how), ...replica } };
}
