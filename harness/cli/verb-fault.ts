import { Option, type Command } from 'commander';
import { UsageError } from '../errors.ts';
import { FAULT_KINDS } from '../faults/registry.ts';
import type { Fault } from '../plan/faults.ts';
import type { Command as Order, FaultRequest } from '../up/control.ts';
import { duration } from './bounds.ts';
import { formatOption, wholeNumber } from './options.ts';
import { replicaOption, steer, upOption, type SteeringFlags } from './steering.ts';
import type { Finish } from './verb.ts';

interface FaultFlags extends SteeringFlags {
  replica?: string;
  how?: string;
  method?: string;
  actor?: string;
  nth?: number;
  times?: number;
  status?: number;
  delay?: number;
  where?: string;
  to?: string;
}

/** A lag has a verb of its own; the others are for runs, which have instances of an application, and time that is virtual. */
const ELSEWHERE: readonly Fault['kind'][] = ['lag', 'clock-skew', 'promotion'];
const KINDS = FAULT_KINDS.filter((kind) => !ELSEWHERE.includes(kind));

const HELP = `
What:
  out-of-rotation      the load balancer sends a replica nothing   --replica
  outage               the machine of a replica fails              --replica --how
  http-error           requests are answered 5xx                   --status
  http-drop            requests never arrive
  http-lose-response   requests are applied, their responses lost
  http-delay           requests or their responses are late        --delay --where
  http-route           reads are served by that database           --to
  list                 what is in force, with its numbers
  clear [number…]      end these; without a number all, lag too
The http- kinds befall every request until they are cleared, or those that --method, --nth and --times choose.
They are the faults of a plan (docs/PLAN.md). Lag: \`ratchet lag --help\`.`;

export function addFault(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('fault')
    .description('let something go wrong on `ratchet up`, or end it')
    .argument('<what>', `${KINDS.join(', ')}, list or clear`)
    .argument('[number...]', 'with clear: the faults to end (default: all)')
    .addOption(replicaOption().default(undefined, 'the only one'))
    .option('--how <outage>', 'freeze, kill, restart or partition')
    .option('--method <method>', 'only requests of that method: GET, POST, PATCH or DELETE')
    .option('--actor <name>', 'only requests whose header x-ratchet-actor names this (default: those without it)')
    .option('--nth <n>', 'only the n-th such request from now on', wholeNumber(1))
    .option('--times <n>', 'only so many requests (default: until it is cleared)', wholeNumber(1))
    .option('--status <code>', 'of the answer (default: 503)', wholeNumber(0))
    .option('--delay <duration>', 'e.g. 500ms', duration)
    .addOption(new Option('--where <side>', 'what is late (default: response)').choices(['request', 'response']))
    .option('--to <database>', 'primary, replica-1, …')
    .addOption(upOption())
    .addOption(formatOption())
    .addHelpText('after', HELP)
    .action(async (what: string, numbers: string[], flags: FaultFlags) =>
      finish(await steer(orderOf(what, numbers, flags), flags, signal)),
    );
}

function orderOf(what: string, numbers: readonly string[], flags: FaultFlags): Order {
  if (what !== 'clear' && numbers.length > 0) {
    throw new UsageError('fault-words', `only clear takes numbers; ${what} takes none`);
  }
  if (what === 'list') return { do: 'list' };
  if (what === 'clear') return numbers.length === 0 ? { do: 'clear' } : { do: 'clear', ids: numbers.map(idOf) };
  if (!KINDS.includes(what as Fault['kind'])) {
    throw new UsageError('fault-unknown', `no fault is called "${what}"`, `there is: ${KINDS.join(', ')}`);
  }
  const { times } = flags;
  return { do: 'begin', fault: requestOf(what as Fault['kind'], flags), ...(times === undefined ? {} : { times }) };
}

/** Only what was given: the schema of the plan's faults says what belongs to which kind. */
function requestOf(kind: Fault['kind'], flags: FaultFlags): FaultRequest {
  const { replica, how, method, actor, nth, status, delay, where, to } = flags;
  const match = given({ method, actor, nth });
  return {
    kind,
    ...given({ replica, how, status, delay_ms: delay, where, to }),
    ...(Object.keys(match).length === 0 ? {} : { match }),
  };
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function idOf(text: string): number {
  const id = Number(text.replace(/^#/, ''));
  if (Number.isSafeInteger(id)) return id;
  throw new UsageError('fault-words', `${text} is no number of a fault`, '`ratchet fault list` shows them');
}
