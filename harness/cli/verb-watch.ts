import { Option, type Command } from 'commander';
import { openCanary } from '../api/open-canary.ts';
import type { CanaryListener } from '../watch/canary-judge.ts';
import { CHANNEL_NAMES, type ChannelName } from '../port/channel.ts';
import type { SettingsInput } from '../watch/canary-settings.ts';
import { UsageError, exitCodeOf } from '../errors.ts';
import { duration } from './bounds.ts';
import { canaryOutput, type CanaryOutput } from './canary-output.ts';
import { formatOption, ownTargetOption, subjectOption, wholeNumber } from './options.ts';
import { readyForOutput } from './standard-streams.ts';
import { printError } from './terminal.ts';
import type { Finish } from './verb.ts';

interface WatchFlags {
  subject?: string;
  config?: string;
  key?: string[];
  sessions?: number;
  every?: number;
  channel?: ChannelName;
  rate?: number;
  for?: number;
  state?: string;
  metricsPort?: number;
  otlp?: string;
  format: 'text' | 'json';
  iOwnThisTarget?: true;
}

export function addWatch(program: Command, finish: Finish, signal: AbortSignal): void {
  program
    .command('watch')
    .argument('[url]', 'where the application runs (default: the URL of the subject)')
    .description('look at a running application as its users do, and judge what they see; see docs/CANARY.md')
    .addOption(subjectOption())
    .addOption(new Option('--config <file>', 'a JSON file of settings, which SIGHUP reads again'))
    .addOption(
      new Option('--key <key>', 'the key of a row to watch; may be repeated').argParser(
        (key: string, previous: string[] = []) => [...previous, key],
      ),
    )
    .addOption(
      new Option('--sessions <n>', 'how many sessions look at each key (default: 2)').argParser(wholeNumber(1, 100)),
    )
    .addOption(
      new Option('--every <time>', 'pause between the polls of a session, e.g. 2s, which is the default').argParser(
        duration,
      ),
    )
    .addOption(
      new Option(
        '--channel <name>',
        'how a session looks: by polls, by a subscription, or both (default: poll)',
      ).choices(CHANNEL_NAMES),
    )
    .addOption(
      new Option('--rate <n>', 'requests per second at most, all together (default: 5)').argParser(wholeNumber(1, 100)),
    )
    .addOption(
      new Option('--for <time>', 'end after this time, e.g. 30min or 12h (default: on a signal)').argParser(duration),
    )
    .addOption(new Option('--state <file>', 'keep what is remembered in this file, so that a restart forgets nothing'))
    .addOption(
      new Option('--metrics-port <n>', 'serve metrics for Prometheus on 127.0.0.1; 0 for a free port').argParser(
        wholeNumber(0, 65_535),
      ),
    )
    .addOption(new Option('--otlp <url>', 'push metrics by OTLP over HTTP, e.g. to http://127.0.0.1:4318/v1/metrics'))
    .addOption(ownTargetOption('with `start`: start generations even if the target is not marked as a test target'))
    .addOption(formatOption())
    .action(async (url: string | undefined, flags: WatchFlags) => finish(await watch(url, flags, signal)));
}

async function watch(url: string | undefined, flags: WatchFlags, signal: AbortSignal): Promise<number> {
  const { subject, config, state, metricsPort, otlp, format, iOwnThisTarget: ownsTarget = false } = flags;
  const output = canaryOutput(format);
  const end = new AbortController();
  const hangUp = onHangUp(end);
  signal.addEventListener('abort', () => end.abort(), { once: true });
  const canary = await openCanary({
    subject,
    url,
    config,
    given: settingsIn(flags),
    state,
    prometheusPort: metricsPort,
    otlpUrl: otlp === undefined ? undefined : requireUrl(otlp),
    ownsTarget,
    listener: listenerOf(output),
    environment: process.env,
    signal,
  });
  try {
    output.begins(canary);
    hangUp.reloads(async () => {
      if (config === undefined) return end.abort();
      output.reloaded(config, await canary.reload());
    });
    const summary = await canary.run(end.signal, flags.for);
    output.ends(summary);
    return exitCodeOf(summary.valid);
  } finally {
    hangUp.close();
    await canary.close();
  }
}

/** SIGHUP reads the settings again. It also comes when the terminal is closed: then nothing can be told any more. */
function onHangUp(end: AbortController): { reloads(act: () => Promise<void>): void; close(): void } {
  let isAsked = false;
  let reload: (() => Promise<void>) | undefined;
  const reloadNow = async (): Promise<void> => {
    isAsked = true;
    try {
      await reload?.();
    } catch (error) {
      printError(error);
    }
    if (!(await readyForOutput())) end.abort();
  };
  const onSignal = (): void => void reloadNow();
  process.on('SIGHUP', onSignal);
  return {
    reloads(act) {
      reload = act;
      if (isAsked) void reloadNow();
    },
    close: () => void process.off('SIGHUP', onSignal),
  };
}

function listenerOf(output: CanaryOutput): CanaryListener {
  return {
    reverted: (reversion) => output.reverted(reversion),
    recovered: (open) => output.recovered(open),
    answers: (what, error) => output.answers(what, error),
  };
}

function settingsIn({ key, sessions, every, rate, channel }: WatchFlags): SettingsInput {
  return {
    ...(key === undefined ? {} : { keys: key.map(keyIn) }),
    ...(sessions === undefined ? {} : { sessions }),
    ...(every === undefined ? {} : { every_ms: every }),
    ...(channel === undefined ? {} : { channel }),
    ...(rate === undefined ? {} : { requests_per_second_max: rate }),
  };
}

/** A key of several columns is given as JSON. */
function keyIn(text: string): string | Record<string, string | number> {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text) as Record<string, string | number>;
  } catch {
    return text;
  }
}

function requireUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(
    'url-invalid',
    '--otlp must be a URL that starts with http: or https:',
    'such as http://127.0.0.1:4318/v1/metrics',
  );
}
