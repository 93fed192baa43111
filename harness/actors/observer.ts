/** One observer: a tab that polls the status of a story and displays what it learns. */
import { onBehalfOf } from '../async-context.ts';
import type { Clock } from '../clock.ts';
import { EnvironmentError } from '../errors.ts';
import type { ObserverPlan } from '../plan/plan.ts';
import { applicationStack } from '../stacks.ts';
import type { AppInstance, FrontEnd, ObservedProgress, Subject } from '../port/subject.ts';
import type { ExchangeRecorder } from '../recording/exchanges.ts';
import type { ProcessNames, Recorder } from '../recording/recorder.ts';

export interface ObserverSurroundings {
  clock: Clock;
  recorder: Recorder;
  processes: ProcessNames;
  exchanges: ExchangeRecorder;
  gatewayUrl: string;
  subject: Subject;
  instance: AppInstance;
  /** Ends the run, whose verdict would be worth nothing. */
  stop(reason: Error): void;
}

export interface ObserverActor {
  /** Polls until `signal` aborts, and resolves when no poll is in flight any more. */
  pollUntil(signal: AbortSignal): Promise<void>;
  /** One poll, answered and displayed. */
  pollOnce(): Promise<void>;
}

export function createObserver(plan: ObserverPlan, around: ObserverSurroundings): ObserverActor {
  const { clock, recorder, processes, exchanges, subject } = around;
  const display = createDisplay(plan.display === 'subject' ? subject.frontEnd.display : plan.display);
  const endpoint = `http://app.invalid/api/stories/${encodeURIComponent(plan.story)}/status`;
  const base = `${plan.session}/poll`;
  let polls = 0;
  let asked: { query: Readonly<Record<string, string>>; url: string } = { query: {}, url: endpoint };
  let seen: Parameters<FrontEnd['query']>[0];

  return {
    async pollUntil(signal) {
      const inFlight = new Set<Promise<void>>();
      while (!signal.aborted) {
        const poll = pollOnce();
        const pause = clock.sleep(plan.every_ms, signal);
        if (plan.polling === 'chained') await poll;
        else {
          inFlight.add(poll);
          void poll.then(() => inFlight.delete(poll));
        }
        await pause;
      }
      await Promise.all(inFlight);
    },
    pollOnce,
  };

  async function pollOnce(): Promise<void> {
    const ordinal = ++polls;
    const process = processes.take(base);
    const { session, story: key } = plan;
    const operation = { actor: session, operation: `${session}#${ordinal}`, gatewayUrl: around.gatewayUrl };
    const { query, url } = questionOf(subject.frontEnd.query(plan.expects === 'none' ? undefined : seen));
    const asks = url === endpoint ? undefined : { query };
    recorder.record({ process, session, f: 'read', key, type: 'invoke', ...asks });
    let hasAnswered = false;
    let answer: Answer;
    try {
      const response = await onBehalfOf(operation, () => around.instance.status(new Request(url), plan.story));
      hasAnswered = true;
      answer = answerOf(response, await response.text());
    } catch (error) {
      if (!hasAnswered) around.stop(applicationThrew(plan.session, clock, error));
      const what = hasAnswered ? "'s answer cannot be read" : ' threw';
      answer = { error: `the status endpoint${what}: ${(error as Error).message}` };
    }
    const service = exchanges.takeService(operation.operation);
    if ('error' in answer) {
      recorder.record({ process, session, f: 'read', key, type: 'fail', error: answer.error, ...service });
    } else {
      const value = { ...answer.value };
      const read = recorder.record({ process, session, f: 'read', key, type: 'ok', value, ...service });
      show(answer.value, ordinal, read.index);
    }
    processes.release(base, process);
  }

  /** Mostly the one before. */
  function questionOf(query: Record<string, string>): typeof asked {
    if (!isSame(query, asked.query)) asked = { query: { ...query }, url: endpoint + searchOf(query) };
    return asked;
  }

  function answerOf(response: Response, body: string): Answer {
    if (!response.ok) return { error: `HTTP ${response.status} ${body}`.trim().slice(0, 500) };
    const value = subject.readStatus(JSON.parse(body));
    return value === undefined ? { error: `no progress in ${body}`.slice(0, 500) } : { value };
  }

  function show(value: ObservedProgress, ordinal: number, readIndex: number): void {
    seen = {
      greatest: seen === undefined || compare(value, seen.greatest) > 0 ? value : seen.greatest,
      greatestNumber: Math.max(value.progress, seen?.greatestNumber ?? 0),
    };
    if (!display(value, ordinal)) return;
    const { session, story: key } = plan;
    recorder.record({ process: session, session, type: 'ok', f: 'show', key, value: { ...value }, read: readIndex });
  }
}

type Answer = { value: ObservedProgress } | { error: string };

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  for (let at = 0; at < names.length; at++) if (a[names[at]!] !== b[names[at]!]) return false;
  return Object.keys(b).length === names.length;
}

/** Cheaper than `URLSearchParams`, which is made for more than a few names and numbers. */
function searchOf(query: Record<string, string>): string {
  let search = '';
  for (const name in query) {
    search += `${search === '' ? '?' : '&'}${encodeURIComponent(name)}=${encodeURIComponent(query[name]!)}`;
  }
  return search;
}

/** An endpoint may answer with an error, but not throw one: then nothing that it answers is worth judging. */
function applicationThrew(session: string, clock: Clock, error: unknown): EnvironmentError {
  const { file, text } = applicationStack(error);
  const seconds = (clock.now() / 1e9).toFixed(3);
  const message = `${file ?? 'the status endpoint'} threw ${String(error)} at ${seconds} s, asked by ${session}${text}`;
  return new EnvironmentError('subject-threw', message, 'a status endpoint answers with an error instead', error);
}

/** Decides whether a response is shown: `high-water` drops what is older than what is on the screen. */
function createDisplay(policy: FrontEnd['display']): (value: ObservedProgress, ordinal: number) => boolean {
  let shown: { value: ObservedProgress; ordinal: number } | undefined;
  return (value, ordinal) => {
    const isOld = shown !== undefined && (ordinal < shown.ordinal || compare(value, shown.value) < 0);
    if (policy === 'high-water' && isOld) return false;
    shown = { value, ordinal };
    return true;
  };
}

function compare(a: ObservedProgress, b: ObservedProgress): number {
  return a.generation - b.generation || a.progress - b.progress;
}
