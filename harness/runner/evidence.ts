/**
 * Whether a run has tested anything, from its history alone. A run in which nothing happened that a property could have
 * judged is inconclusive: the application may have a wrong path, a wrong reader or another database.
 */
import { COMMIT_OK, FAIL, INFO, NONE, READ, READ_INVOKE, READ_OK, RECEIVE_OK, SHOW_OK } from '../history/codes.ts';
import type { HistoryColumns } from '../history/columns.ts';
import type { HistoryEvent } from '../history/event.ts';
import { isMark, type MarkName } from '../history/marks.ts';
import type { Selection } from '../history/selection.ts';
import { replicaOf } from '../faults/references.ts';
import { describeFault } from '../plan/fault-words.ts';
import { allows, type Allowance, type Plan } from '../plan/plan.ts';

export interface Untested {
  /** What did not happen, in sentences, the most likely cause first; never empty. */
  reasons: string[];
  /** The sessions that no value reached, so that they cannot show whether the application converges. */
  blind: ReadonlySet<string>;
}

/**
 * @param history the whole history of the run, not a selection
 * @param selection the keys and sessions that are judged: other observers do not count
 * @returns `undefined` if everything happened that the plan does not allow to be missing
 */
export function findUntested(history: HistoryColumns, plan: Plan, selection: Selection = {}): Untested | undefined {
  const marks = marksOf(history);
  const observers = observersOf(history, plan, selection);
  const missing: Record<Allowance, string[]> = {
    'no-requests': named(marks, 'no-requests').map(describeNoRequests),
    'workers-gave-up': describeGaveUp(plan, named(marks, 'worker-gave-up')),
    'no-commits': describeNoCommits(history),
    'observer-not-shown': observers.filter(({ shown }) => shown === 0).map((each) => describeObserver(history, each)),
    'no-end': describeNoEnd(history, plan, marks),
    'fault-unused': named(marks, 'fault-unused').flatMap((mark) => describeUnused(plan, mark)),
    'fault-without-effect': named(marks, 'fault-without-effect').flatMap((mark) => describeWithoutEffect(plan, mark)),
  };
  const reasons = (Object.keys(missing) as Allowance[])
    .toSorted((a, b) => rankOf(a, history) - rankOf(b, history))
    .filter((name) => !allows(plan, name))
    .flatMap((name) => missing[name].map((reason) => `${PREFIXES[name] ?? 'nothing was tested'}: ${reason}`));
  if (reasons.length === 0) return undefined;
  const blind = observers.filter(({ shown, received }) => shown + received === 0).map(({ session }) => session);
  return { reasons, blind: new Set(blind) };
}

/** Without commits, a worker gives up because the status route does not answer, which the observers tell. */
function rankOf(name: Allowance, { header }: HistoryColumns): number {
  return name === 'workers-gave-up' && header?.['commits_of'] === undefined ? 1 : 0;
}

/** Whether the subject may be the cause: a fault that never applies is one of the plan. */
export function isSubjectSuspect(untested: readonly string[] = []): boolean {
  const isOfFault = (reason: string): boolean =>
    [UNUSED, NO_EFFECT].some((start) => reason.startsWith(`${NOT_EVERYTHING}: ${start}`));
  return !untested.every(isOfFault);
}

const NOT_EVERYTHING = 'not everything was tested';
const UNUSED = 'a fault never applied';
const NO_EFFECT = 'a fault had no effect';

/** What is tested although this is missing. */
const PREFIXES: Partial<Record<Allowance, string>> = {
  'no-end': NOT_EVERYTHING,
  'fault-unused': NOT_EVERYTHING,
  'fault-without-effect': NOT_EVERYTHING,
};

function marksOf(history: HistoryColumns): HistoryEvent[] {
  const marks: HistoryEvent[] = [];
  const process = history.names.find('ratchet');
  for (let at = 0; at < history.length; at++) {
    if (history.process[at] !== process || !history.isFault(at)) continue;
    const event = history.eventAt(at);
    if (isMark(event)) marks.push(event);
  }
  return marks;
}

function named(marks: readonly HistoryEvent[], name: MarkName): HistoryEvent[] {
  return marks.filter((mark) => isMark(mark, name));
}

function describeNoRequests({ url }: HistoryEvent): string {
  return `the application asked another Supabase: no request of it came to ${String(url)}, which must be its SUPABASE_URL`;
}

function describeGaveUp({ generations }: Plan, marks: readonly HistoryEvent[]): string[] {
  const [first] = marks;
  if (first === undefined || marks.length < generations.length) return [];
  const who = marks.length === 1 ? String(first['worker']) : `all ${marks.length} workers`;
  const more = marks.length === 1 ? '' : `, the first ${String(first['worker'])}`;
  return [`${who} gave up${more}: ${String(first['error'])}`];
}

function describeNoCommits(history: HistoryColumns): string[] {
  const table = history.header?.['commits_of'];
  if (typeof table !== 'string' || history.countOf(COMMIT_OK) > 0) return [];
  return [`no row of ${table} was written during the run`];
}

/** The words of the status are wrong if a row reaches 100% and no row ever has a status that ends its generation. */
function describeNoEnd(history: HistoryColumns, { generations }: Plan, marks: readonly HistoryEvent[]): string[] {
  const hasGivenUp = marks.some((mark) => isMark(mark, 'worker-gave-up') || isMark(mark, 'run-incomplete'));
  if (hasGivenUp || !generations.some(({ outcome }) => outcome === 'completed')) return [];
  let full: number | undefined;
  for (let at = 0; at < history.length; at++) {
    const status = history.status.get(at);
    if (history.code.get(at) !== COMMIT_OK || status === NONE) continue;
    if (END_STATUSES.has(history.names.nameOf(status))) return [];
    if (history.progress.get(at) === 100) full ??= at;
  }
  if (full === undefined) return [];
  const word = JSON.stringify(history.names.nameOf(history.status.get(full)));
  return [
    `${history.keyName(full)} was committed at 100% with the status ${word}, which is neither completed nor failed`,
  ];
}

const END_STATUSES: ReadonlySet<string | number> = new Set(['completed', 'failed']);

function describeUnused({ faults }: Plan, { number, sent }: HistoryEvent): string[] {
  const fault = faults[Number(number)];
  if (fault === undefined) return [];
  const why =
    'match' in fault ? `no request matched it${describeSent(fault.match.actor, sent)}` : 'its moment never came';
  return [`${UNUSED}, since ${why}: ${describeFault(fault)}`];
}

/** Empty for a history that does not say it. */
function describeSent(actor: string, sent: unknown): string {
  if (typeof sent !== 'object' || sent === null) return '';
  const counts = Object.entries(sent).map(([method, count]) => `${String(count)} ${method}`);
  return ` (${actor} sent ${counts.length === 0 ? 'none that named it' : counts.join(', ')})`;
}

function describeWithoutEffect({ faults }: Plan, { number, polls, reads }: HistoryEvent): string[] {
  const fault = faults[Number(number)];
  if (fault === undefined) return [];
  const why = describeMissed(replicaOf(fault), Number(polls), Number(reads));
  return [`${NO_EFFECT}, since ${why}: ${describeFault(fault)}`];
}

function describeMissed(replica: string | undefined, polls: number, reads: number): string {
  if (replica === undefined) return 'no request met it';
  if (polls === 0) return 'no tab polled after a commit while it applied';
  return `none of ${reads} reads for ${polls} polls came to ${replica} while it was behind`;
}

interface Observed {
  session: string;
  polls: number;
  /** Number of values that reached it, and of those that it displayed. */
  received: number;
  shown: number;
}

function observersOf(history: HistoryColumns, { observers }: Plan, { keys, sessions }: Selection): Observed[] {
  const isJudged = ({ session, story }: Plan['observers'][number]): boolean =>
    (keys?.includes(story) ?? true) && (sessions?.includes(session) ?? true);
  const counts = new Map<number, Observed>();
  for (const { session } of observers.filter(isJudged)) {
    const name = history.names.find(session) ?? -1 - counts.size;
    counts.set(name, { session, polls: 0, received: 0, shown: 0 });
  }
  for (let at = 0; at < history.length; at++) {
    const observed = counts.get(history.session.get(at));
    if (observed === undefined) continue;
    const what = history.code.get(at);
    if (what === READ_INVOKE) observed.polls += 1;
    else if (what === READ_OK || what === RECEIVE_OK) observed.received += 1;
    else if (what === SHOW_OK) observed.shown += 1;
  }
  return [...counts.values()];
}

function describeObserver(history: HistoryColumns, { session, polls, received }: Observed): string {
  if (received > 0) return `${session} received ${received} values and displayed none of them: see its display policy`;
  if (polls === 0) return `${session} never asked for a progress`;
  const groups = Map.groupBy(failuresOf(history, session), ({ answer }) => answer);
  const [most, ...others] = [...groups.values()].toSorted((a, b) => b.length - a.length);
  const first = most?.[0];
  if (most === undefined || first === undefined) return `no poll of ${session} was answered`;
  // A poll that was under way when the run was stopped had no time to be answered.
  const ended = [...groups.values()].reduce((sum, group) => sum + group.length, 0);
  const all = polls - ended > 1 ? polls : ended;
  const example = first.text === '' ? '' : `: ${first.text}`;
  const rest = others.slice(0, OTHER_ANSWERS_MAX).map((group) => `, ${group.length} ${group[0]?.answer}`);
  return `${most.length} of ${all} polls of ${session} ${first.answer}${rest.join('')}${example}`;
}

const OTHER_ANSWERS_MAX = 2;
const TEXT_LENGTH_MAX = 120;

interface FailedPoll {
  /** `answered 404, GET /api/jobs/1` */
  answer: string;
  /** The body, or the error. */
  text: string;
}

function failuresOf(history: HistoryColumns, session: string): FailedPoll[] {
  const failures: FailedPoll[] = [];
  const name = history.names.find(session);
  for (let at = 0; at < history.length; at++) {
    const what = history.code.get(at);
    if (history.session[at] !== name || what >> 2 !== READ || ((what & 3) !== FAIL && (what & 3) !== INFO)) continue;
    failures.push(failedPollOf(history.eventAt(at)));
  }
  return failures;
}

function failedPollOf({ status_code: status, path, error }: HistoryEvent): FailedPoll {
  const text = String(error ?? '');
  if (typeof status !== 'number') return { answer: 'failed', text: shortened(text) };
  const what = status >= 200 && status < 300 ? `${status} without a progress` : String(status);
  const where = typeof path === 'string' ? `, GET ${path}` : '';
  const body = text.replace(/^(HTTP \d+|no progress in) ?/, '');
  return { answer: `answered ${what}${where}`, text: shortened(body) };
}

function shortened(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > TEXT_LENGTH_MAX ? `${line.slice(0, TEXT_LENGTH_MAX)}…` : line;
}
