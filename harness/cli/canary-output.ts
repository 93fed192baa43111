/** What `ratchet watch` prints: one line when something happens, and a summary; as JSON, events in the form of the monitor. */
import { wallTime } from '../clock.ts';
import type { OpenedCanary } from '../api/open-canary.ts';
import type { ArrivedValue, CanaryProperty, OpenReversion, Reversion } from '../watch/canary-memory.ts';
import type { CanarySettings } from '../watch/canary-settings.ts';
import type { CanarySummary } from '../watch/canary-tally.ts';
import { describeValue } from '../history/order.ts';
import { printable, printableData } from '../report/printable.ts';
import { palette, print, printJson } from './terminal.ts';

export interface CanaryOutput {
  begins(canary: OpenedCanary): void;
  reverted(reversion: Reversion): void;
  recovered(open: OpenReversion): void;
  answers(what: string, error: string | undefined): void;
  reloaded(file: string, settings: CanarySettings): void;
  ends(summary: CanarySummary): void;
}

export function canaryOutput(format: 'text' | 'json'): CanaryOutput {
  return format === 'json' ? jsonOutput : textOutput;
}

const now = (): string => wallTime().toISOString();

/** Only what a page has shown has the name of the monitor's event, which `check` takes for shown. */
const EVENTS: Readonly<Record<CanaryProperty, string>> = {
  'monotonic-view': 'ratchet.reversion',
  'monotonic-reads': 'ratchet.read-reversion',
  'monotonic-commits': 'ratchet.commit-reversion',
};

const jsonOutput: CanaryOutput = {
  begins({ target, settings, metricsUrl, open }) {
    const { keys, sessions } = settings;
    printJson({ event: 'ratchet.watch', time: now(), target, keys, sessions, metrics: metricsUrl, open });
  },
  reverted({ property, from, to: { at, ...value }, ...of }) {
    printJson({ event: EVENTS[property], time: at, ...of, ...value, property, from });
  },
  recovered: (open) => printJson({ event: 'ratchet.recovered', time: now(), ...open }),
  answers: (what, error) => printJson({ event: 'ratchet.requests', time: now(), what, ok: error === undefined, error }),
  reloaded: (file, { keys, sessions }) => printJson({ event: 'ratchet.reloaded', time: now(), file, keys, sessions }),
  ends: (summary) => printJson({ event: 'ratchet.summary', time: now(), ...summary }),
};

const textOutput: CanaryOutput = {
  begins({ target, settings, hasReference, metricsUrl, open }) {
    const { sessions, channel, requests_per_second_max: rate } = settings;
    const reference = hasReference ? ', and the primary as the reference' : '';
    const how = channel === 'poll' ? '' : ` by ${channel}`;
    print(palette.bold(printable(`${target}: ${keysOf(settings)}, ${counted(sessions, 'session')}${how}${reference}`)));
    print(
      palette.dim(
        `at most ${rate} requests/s${metricsUrl === undefined ? '' : ` · metrics at ${metricsUrl}`} · Ctrl-C ends it`,
      ),
    );
    for (const each of open) print(`${palette.red('✗')} open since ${printable(`${each.since}: ${each.sentence}`)}`);
  },
  reverted({ property, sentence, from, to }) {
    const mark = property === 'monotonic-reads' ? palette.yellow('!') : palette.red('✗');
    print(`${mark} ${property}   ${printable(sentence)}`);
    for (const value of [from, to]) print(`   ${printable(arrival(value))}`);
  },
  recovered: ({ property, sentence, since }) =>
    print(`${palette.green('✓')} ${property}   ${printable(`over, which began at ${timeOf(since)}: ${sentence}`)}`),
  answers(what, error) {
    if (error === undefined) print(`${palette.green('✓')} ${timeOf(now())}  ${what} work again`);
    else print(`${palette.yellow('!')} ${timeOf(now())}  ${what} fail: ${printable(error)}`);
  },
  reloaded: (file, settings) => print(palette.dim(printable(`${timeOf(now())}  read ${file}: ${keysOf(settings)}`))),
  ends: (summary) => print(summaryText(printableData(summary))),
};

function keysOf({ keys, newest, start }: CanarySettings): string {
  const fixed = keys.length + (start === undefined ? 0 : 1);
  if (newest === undefined) return counted(fixed, 'key');
  return `${fixed === 0 ? '' : `${counted(fixed, 'key')} and `}the newest ${newest.count}`;
}

function arrival({ at, evidence = {}, ...value }: ArrivedValue): string {
  const served = Object.entries(evidence).map(([name, text]) => `${name}: ${text}`);
  const status = value.status === undefined ? '' : ` (${value.status})`;
  return [`${timeOf(at)}  ${describeValue(value)}${status}`, ...served].join('   ');
}

function summaryText(summary: CanarySummary): string {
  const { valid, reasons, durationMs, polls, changes, judged, latencyMs, stalenessMs, reversions, open } = summary;
  const mark = valid === true ? palette.green('✓') : valid === false ? palette.red('✗') : palette.yellow('?');
  const word = valid === true ? 'held' : valid === false ? 'violated' : 'inconclusive';
  const all = Object.values(polls).reduce((sum, each) => sum + each, 0);
  const lines = [
    `${mark} ${word} in ${durationText(durationMs)}${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}`,
  ];
  const failed = Object.entries(polls).filter(([outcome, count]) => outcome !== 'ok' && count > 0);
  const failures = failed.map(([outcome, count]) => `, ${count} ${outcome}`).join('');
  const pushed = changes === 0 ? '' : `; ${counted(changes, 'change')} pushed`;
  lines.push(`  ${counted(all, 'poll')}: ${polls.ok} answered${failures}${pushed}; ${counted(judged, 'value')} judged`);
  if (latencyMs !== undefined)
    lines.push(`  latency p50 ${ms(latencyMs.p50)}, p99 ${ms(latencyMs.p99)}, max ${ms(latencyMs.max)}`);
  if (stalenessMs !== undefined) lines.push(`  staleness p99 ${ms(stalenessMs.p99)}, max ${ms(stalenessMs.max)}`);
  const hidden = reversions['monotonic-reads'] - reversions['monotonic-view'];
  if (hidden > 0) lines.push(`  ${counted(hidden, 'older answer')} that the page did not show`);
  for (const each of open) lines.push(`  open since ${each.since}: ${each.sentence}`);
  return lines.join('\n');
}

function timeOf(iso: string): string {
  return iso.slice(11, 23);
}

function ms(value: number): string {
  return value >= 10_000 ? `${(value / 1e3).toFixed(0)} s` : `${value.toFixed(0)} ms`;
}

function durationText(milliseconds: number): string {
  if (milliseconds < 120_000) return `${(milliseconds / 1e3).toFixed(0)} s`;
  return milliseconds < 7_200_000 ? `${(milliseconds / 6e4).toFixed(0)} min` : `${(milliseconds / 3.6e6).toFixed(1)} h`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
