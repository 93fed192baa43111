/** Options that several verbs share. */
import { InvalidArgumentError, Option } from 'commander';
import type { RunningOptions } from '../api/run-scenarios.ts';
import type { Plan } from '../plan/plan.ts';
import { SCENARIO_TAGS } from '../plan/scenario-tags.ts';
import { ROUTINGS } from '../plan/routing.ts';
import { DEFAULT_BACKEND, DEFAULT_REPORT, DEFAULT_RUNS, DEFAULT_SEED } from '../runner/defaults.ts';
import { backendNames } from '../runner/backend-registry.ts';
import { propertyNames } from '../runner/judgement.ts';
import type { ReportingFlags } from './reporting.ts';

export interface RunFlags extends ReportingFlags {
  backend: string;
  on?: string;
  subject?: string;
  seed: number;
  runs: number;
  property?: string[];
  replicas?: number;
  routing?: Plan['topology']['routing'];
  report: string;
  keepReports: number;
  attempts?: number;
  iOwnThisTarget?: true;
  set: Record<string, string>;
}

/** The flags as options of the API functions. */
export function runningOptions(flags: RunFlags): RunningOptions {
  const { subject, runs, property: properties, replicas, routing, report, iOwnThisTarget: ownsTarget } = flags;
  const { attempts } = flags;
  const given = attempts === undefined ? {} : { attempts };
  return { subject, ...databasesIn(flags), runs, ...given, properties, replicas, routing, report, ownsTarget };
}

/** The flag `--backend` has a default, which `--on` replaces. */
export function databasesIn({ backend, on }: Pick<RunFlags, 'backend' | 'on'>): Pick<RunningOptions, 'backend' | 'on'> {
  return on === undefined ? { backend } : { on };
}

export const backendOption = (): Option =>
  new Option('--backend <name>', `provides the databases: ${backendNames().join(', ')}`).default(DEFAULT_BACKEND);

export const onOption = (): Option =>
  new Option('--on <name>', 'instead of a backend: an environment that `ratchet up` keeps running, e.g. up').conflicts(
    'backend',
  );

export const subjectOption = (): Option =>
  new Option(
    '--subject <name>',
    'the application under test: a name that `ratchet list` shows, or the path of a file that exports a `subject`',
  );

export const seedOption = (): Option =>
  new Option('--seed <n>', 'seed of the random variations of a scenario')
    .default(DEFAULT_SEED)
    .argParser(wholeNumber(0));

export const runsOption = (): Option =>
  new Option('--runs <n>', 'number of runs').default(DEFAULT_RUNS).argParser(wholeNumber(1));

export const attemptsOption = (): Option =>
  new Option(
    '--attempts <n>',
    'how often each plan is run on a real backend; violated in any of them is violated, and unsteady if others hold',
  ).argParser(wholeNumber(1));

export const propertyOption = (): Option =>
  new Option('--property <name>', `judge only this property; may be repeated: ${propertyNames().join(', ')}`).argParser(
    (name: string, previous: string[] = []) => [...previous, name],
  );

export const replicasOption = (): Option =>
  new Option('--replicas <n>', 'number of replicas, instead of that of the plan').argParser(wholeNumber(0));

export const routingOption = (): Option =>
  new Option('--routing <how>', 'how reads are distributed, instead of the routing of the plan').choices(ROUTINGS);

export const ownTargetOption = (
  effect = 'with --backend remote: write to the target even if it is not marked as a test target',
): Option => new Option('--i-own-this-target', effect);

export const reportOption = (): Option =>
  new Option('--report <dir>', 'folder in which runs save their plan, history and verdict').default(DEFAULT_REPORT);

/** For verbs that judge nothing; the others have reporters. */
export const formatOption = (): Option =>
  new Option('--format <format>', 'output format').choices(['text', 'json']).default('text');

export const tagOption = (): Option =>
  new Option('--tag <tag>', `only scenarios with this tag; may be repeated: ${SCENARIO_TAGS.join(', ')}`).argParser(
    (tag: string, previous: string[] = []) => [...previous, tag],
  );

export const setOption = (): Option =>
  new Option('--set <name=value>', 'a parameter of the scenario, e.g. lag_ms=1000; may be repeated')
    .default({}, 'none')
    .argParser(nameAndValue);

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(number) || number < min || number > max) {
      const limit = max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`;
      throw new InvalidArgumentError(`It must be a whole number from ${min}${limit}.`);
    }
    return number;
  };
}

function nameAndValue(text: string, previous: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}
