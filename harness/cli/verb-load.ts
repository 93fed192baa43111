import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { loadScenario, type LoadScenarioOptions } from '../api/load-scenario.ts';
import { PROFILE_NAMES, profiles, type ProfileName } from '../load/load-profiles.ts';
import { duration, share, staleness, type StalenessBounds } from './bounds.ts';
import {
  backendOption,
  ownTargetOption,
  propertyOption,
  replicasOption,
  reportOption,
  routingOption,
  seedOption,
  setOption,
  subjectOption,
  wholeNumber,
  type RunFlags,
} from './options.ts';
import { keepReportsOption, withRetention } from './keep-reports.ts';
import { openReporting, reportingOptions } from './reporting.ts';
import { progress } from './terminal.ts';
import type { Finish } from './verb.ts';
import { definedFields } from '../defined-fields.ts';

interface LoadFlags extends Omit<RunFlags, 'runs' | 'attempts' | 'on'> {
  profile: ProfileName;
  tabs?: number;
  duration?: number;
  every?: number;
  rate?: number;
  roundEvery?: number;
  servers?: number;
  maxStaleness?: StalenessBounds;
  minAvailability?: number;
  maxLatency?: number;
  threshold: Record<string, string[]>;
}

export function addLoad(program: Command, finish: Finish, signal: AbortSignal): void {
  const command = program
    .command('load')
    .description('let k6 drive many tabs over HTTP while a scenario runs again and again, and judge what each tab saw')
    .argument('<scenario>', 'a name that `ratchet list` shows')
    .argument('[k6-argument...]', 'after --: further arguments for `k6 run`')
    .addOption(new Option('--profile <name>', profileHelp()).choices(PROFILE_NAMES).default('steady'))
    .addOption(new Option('--tabs <n>', 'number of tabs (default: 50)').argParser(wholeNumber(1, 10_000)))
    .addOption(
      new Option('--duration <duration>', 'e.g. 90s or 10min (default: that of the profile)').argParser(duration),
    )
    .addOption(
      new Option('--every <duration>', 'from one poll of a tab to its next (default: 500ms)').argParser(duration),
    )
    .addOption(
      new Option('--rate <n>', 'polls per second of the profile rate (default: 100)').argParser(wholeNumber(1)),
    )
    .addOption(
      new Option(
        '--round-every <duration>',
        'from one round of the scenario to the next (default: twice its length)',
      ).argParser(duration),
    )
    .addOption(
      new Option('--servers <n>', 'processes that serve a subject made of modules (default: 1)').argParser(
        wholeNumber(1, 16),
      ),
    )
    .addOption(
      new Option(
        '--max-staleness <bound>',
        'upper bound of staleness, e.g. 500ms or 3versions, judged at the end: k6 does not know the commits',
      ).argParser(staleness),
    )
    .addOption(new Option('--min-availability <share>', 'lower bound of availability, e.g. 99.9%').argParser(share))
    .addOption(new Option('--max-latency <duration>', 'upper bound of the latency of polls at p99').argParser(duration))
    .addOption(
      new Option('--threshold <metric=expression>', 'of k6, e.g. "http_req_duration=p(95)<500"; may be repeated')
        .default({}, 'ratchet_reversions=count==0')
        .argParser(threshold),
    )
    .addOption(subjectOption())
    .addOption(backendOption())
    .addOption(seedOption())
    .addOption(setOption())
    .addOption(propertyOption())
    .addOption(replicasOption())
    .addOption(routingOption())
    .addOption(ownTargetOption())
    .addOption(reportOption())
    .addOption(keepReportsOption());
  for (const option of reportingOptions()) command.addOption(option);
  command.action(async (scenario: string, k6Arguments: string[], flags: LoadFlags) =>
    finish(await withRetention(flags, () => load(scenario, k6Arguments, flags, signal))),
  );
}

async function load(scenario: string, k6Arguments: string[], flags: LoadFlags, signal: AbortSignal): Promise<number> {
  const { reporter, exitCode } = await openReporting(flags);
  const { maxStaleness, minAvailability, maxLatency: maxLatencyMs, every: everyMs, duration: durationMs } = flags;
  const { subject, backend, seed, property: properties, replicas, routing, report, iOwnThisTarget: ownsTarget } = flags;
  const { tabs, rate, servers, profile, roundEvery: roundEveryMs, threshold: thresholds, set: parameters } = flags;
  const databases = { subject, properties, replicas, routing, ownsTarget };
  const shape = { tabs, rate, servers, everyMs, durationMs, roundEveryMs };
  const given = { ...databases, ...shape, ...maxStaleness, minAvailability, maxLatencyMs };
  const options: LoadScenarioOptions = {
    scenario,
    backend,
    seed,
    report,
    profile,
    thresholds,
    parameters,
    k6Arguments,
  };
  const valid = await loadScenario({
    ...options,
    ...definedFields(given),
    command: commandLine(),
    reporter,
    onProgress: progress,
    signal,
  });
  return exitCode(valid);
}

/** The command line that was given, for a shell. */
function commandLine(): string {
  return [
    'ratchet',
    ...process.argv.slice(2).map((each) => (/^[\w./:=%-]+$/.test(each) ? each : `'${each.replaceAll("'", `'\\''`)}'`)),
  ].join(' ');
}

function profileHelp(): string {
  return `how the load changes: ${PROFILE_NAMES.map((name) => `${name} (${profiles[name].summary})`).join(', ')}`;
}

function threshold(text: string, before: Readonly<Record<string, string[]>>): Record<string, string[]> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be METRIC=EXPRESSION, e.g. "http_req_duration=p(95)<500".');
  const [metric, expression] = [text.slice(0, at), text.slice(at + 1)];
  if (metric.startsWith('ratchet_staleness')) {
    throw new InvalidArgumentError('k6 does not know the commits of the database: bound staleness by --max-staleness.');
  }
  return { ...before, [metric]: [...(before[metric] ?? []), expression] };
}
