/**
 * The script that k6 runs: each of its virtual users is a tab that polls a status route, remembers what it has seen, and
 * counts how often a progress went backwards. It writes one line for each poll, from which `ratchet load` makes a history.
 * It runs by itself too: `k6 run -e RATCHET_TARGET=http://localhost:3000 -e RATCHET_PATH=/api/jobs/1 tab-script.ts`;
 * docs/LOAD.md describes the variables.
 */
import { sleep } from 'k6';
import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate } from 'k6/metrics';
import type { Options, Scenario } from 'k6/options';

declare const __ENV: Readonly<Record<string, string | undefined>>;
declare const __VU: number;
declare function open(file: string): string;

interface Value {
  generation: number;
  progress: number;
  status: string;
}

/** A story, and when its first poll is due: milliseconds since the run began. */
interface Story {
  path: string;
  from_ms: number;
}

const given = (name: string, otherwise: string): string => __ENV[`RATCHET_${name}`] ?? otherwise;
const number = (name: string, otherwise: number): number => Number(given(name, String(otherwise)));

const TARGETS = given('TARGET', 'http://127.0.0.1:3000').split(',');
const CONTROL = given('CONTROL', '');
const EVERY_MS = number('EVERY_MS', 1_000);
const TIMEOUT_MS = number('TIMEOUT_MS', 10_000);
/** Whether an answer that is older than an earlier one is a reversion; not if the page decides what it shows. */
const COUNTS_READS = given('REVERSIONS', 'reads') === 'reads';
const HEADERS: Readonly<Record<string, string>> = JSON.parse(given('HEADERS', '{}'));
/** Of the tabs of this machine, those that compare clocks with Ratchet, once in a second each. */
const CLOCK_TABS = 3;
const CLOCK_MS = 1_000;

/** Of the stories of one round, each tab watches one. */
const PER_ROUND = number('STORIES_PER_ROUND', 1);
const FIRST_QUERY = given('QUERY', '');

const stories = new SharedArray<Story>('stories', () =>
  __ENV['RATCHET_STORIES'] === undefined
    ? [{ path: given('PATH', '/'), from_ms: 0 }]
    : (JSON.parse(open(__ENV['RATCHET_STORIES'])) as Story[]),
);

const reversions = new Counter('ratchet_reversions');
const answered = new Rate('ratchet_answered');

function scenario(): Scenario {
  const { RATCHET_SCENARIO: own } = __ENV;
  if (own !== undefined) return JSON.parse(own) as Scenario;
  return { executor: 'constant-vus', vus: number('TABS', 10), duration: given('DURATION', '30s') };
}

export const options: Options = {
  scenarios: { tabs: scenario() },
  thresholds: { ratchet_reversions: ['count==0'], ...(JSON.parse(given('THRESHOLDS', '{}')) as Options['thresholds']) },
  // The names of 2,000 pages would each be a series of their own.
  systemTags: ['status', 'error_code'],
  discardResponseBodies: false,
};

/** The state of this tab: a module has one state for each virtual user. */
let story = -1;
let path = '';
let nextFrom = Number.POSITIVE_INFINITY;
let seen: Value | undefined;
/** Regardless of generations. */
let greatestNumber = 0;
let query = '';
let polls = 0;
let bodies: Record<string, Value | null> = {};
/** The time of the run at 0 of the clock of this machine. */
let runStart = 0;
let nextClock = 0;

export default function poll(): void {
  const now = Date.now();
  if (CONTROL !== '' && now >= nextClock) compareClocks(now);
  enterStory(Date.now() - runStart);
  polls += 1;
  const tab = exec.vu.idInTest;
  const start = Date.now();
  const response = http.get(`${TARGETS[tab % TARGETS.length]}${withQuery(path, query)}`, {
    headers: { ...HEADERS, ...attribution(tab) },
    timeout: TIMEOUT_MS,
    redirects: 0,
  });
  const end = endSince(start);
  const body = String(response.body ?? '');
  const value = response.status === 200 ? valueIn(response.headers['X-Ratchet-Value'], body) : undefined;
  answered.add(value !== undefined);
  if (value !== undefined) see(value, response.headers['X-Ratchet-Query']);
  const { status, error } = response;
  const what = value === undefined ? encodeURIComponent(error !== '' ? error : body.slice(0, 200)) : wordsOf(value);
  console.log(`p ${tab} ${polls} ${story} ${start} ${end} ${response.timings.duration.toFixed(2)} ${status} ${what}`);
  if (EVERY_MS > 0) sleep(Math.max(0, EVERY_MS - (Date.now() - start)) / 1e3);
}

/** Now; a clock that was set back meanwhile ends nothing before it began. */
function endSince(start: number): number {
  return Math.max(start, Date.now());
}

function withQuery(before: string, added: string): string {
  return before.includes('?') && added !== '' ? `${before}&${added.slice(1)}` : before + added;
}

function attribution(tab: number): Record<string, string> {
  const [actor, operation] = [`load-${tab}`, `load-${tab}#${polls}`];
  const baggage = `ratchet.actor=${actor},ratchet.operation=${encodeURIComponent(operation)}`;
  const told = { 'x-ratchet-seen': seenWords(), 'x-ratchet-story': String(story), baggage };
  return { 'x-ratchet-actor': actor, 'x-ratchet-operation': operation, ...told };
}

/** The time of the run is known only between the two times of the request. */
function compareClocks(start: number): void {
  const response = http.get(`${CONTROL}/clock`, { timeout: 5_000, headers: {} });
  const end = endSince(start);
  const isReference = __VU <= CLOCK_TABS;
  nextClock = isReference ? end + CLOCK_MS : Number.POSITIVE_INFINITY;
  if (response.status !== 200) return;
  const run = Number(response.body);
  runStart = (start + end) / 2 - run;
  if (isReference) console.log(`c ${start} ${end} ${run}`);
}

/** Goes to the page of the newest story, which loses the state of the page. */
function enterStory(runMs: number): void {
  if (story >= 0 && runMs < nextFrom) return;
  let round = Math.floor(Math.max(story, 0) / PER_ROUND);
  const fromOf = (at: number): number => stories[at * PER_ROUND]?.from_ms ?? Number.POSITIVE_INFINITY;
  while (fromOf(round + 1) <= runMs) round += 1;
  nextFrom = fromOf(round + 1);
  const at = round * PER_ROUND + (exec.vu.idInTest % PER_ROUND);
  if (at === story) return;
  story = at;
  path = stories[at]!.path;
  seen = undefined;
  greatestNumber = 0;
  query = FIRST_QUERY;
  bodies = {};
}

/** What the server of Ratchet has read; else what Ratchet reads for this tab; else fields with the usual names. */
function valueIn(read: string | undefined, body: string): Value | undefined {
  if (read !== undefined) return read === '-' ? undefined : valueOf(read);
  const known = bodies[body];
  if (known !== undefined) return known ?? undefined;
  const value = CONTROL === '' ? fieldsOf(body) : askFor(body);
  bodies[body] = value ?? null;
  return value;
}

function askFor(body: string): Value | undefined {
  const response = http.post(`${CONTROL}/answer`, JSON.stringify({ body, seen: seenWords() }));
  const [words = '-', next = ''] = String(response.body ?? '-').split('\n');
  if (words === '-') return undefined;
  query = next;
  return valueOf(words);
}

function fieldsOf(body: string): Value | undefined {
  try {
    const { progress, generation = 1, status = '' } = JSON.parse(body) as Partial<Value>;
    return typeof progress === 'number' ? { generation, progress, status } : undefined;
  } catch {
    return undefined;
  }
}

function see(value: Value, next: string | undefined): void {
  if (next !== undefined) query = next;
  greatestNumber = Math.max(greatestNumber, value.progress);
  if (seen !== undefined && isOlder(value, seen)) {
    if (COUNTS_READS) reversions.add(1);
    return;
  }
  seen = value;
}

/** As `isOlder` of a history. */
function isOlder(value: Value, than: Value): boolean {
  if (value.generation !== than.generation) return value.generation < than.generation;
  const hasEnded = than.status === 'completed' || than.status === 'failed';
  return (hasEnded && value.status !== '' && value.status !== than.status) || value.progress < than.progress;
}

/** `-` before the first answer. */
function seenWords(): string {
  return seen === undefined ? '-' : `${wordsOf(seen)} ${greatestNumber}`;
}

function wordsOf({ generation, progress, status }: Value): string {
  return `${generation} ${progress} ${encodeURIComponent(status)}`;
}

function valueOf(words: string): Value {
  const [generation, progress, status = ''] = words.split(' ');
  return { generation: Number(generation), progress: Number(progress), status: decodeURIComponent(status) };
}
