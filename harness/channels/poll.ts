/** Polls the status endpoint: the next request is sent after the answer to the one before, or at fixed intervals. */
import { RequestLost } from '../errors.ts';
import type { Channel, ChannelPlan, ChannelSurroundings } from '../port/channel.ts';
import type { ObservedProgress } from '../port/subject.ts';

export function openPoll(plan: ChannelPlan, around: ChannelSurroundings): Channel {
  const { clock, recorder, processes, exchanges, subject, tab, listener } = around;
  const { session, story: key } = plan;
  const endpoint = `http://app.invalid/api/stories/${encodeURIComponent(key)}/status`;
  const base = `${session}/poll`;
  /** By process: the operation of its read. */
  const inFlight = new Map<string, string>();
  let isClosed = false;
  let asked: { query: Readonly<Record<string, string>>; url: string } = { query: {}, url: endpoint };

  return {
    async run(signal) {
      const polls = new Set<Promise<void>>();
      while (!isOver(signal)) {
        const poll = pollOnce();
        const pause = clock.sleep(plan.every_ms, signal);
        if (plan.polling === 'chained') await poll;
        else {
          polls.add(poll);
          void poll.then(() => polls.delete(poll));
        }
        await pause;
      }
      await Promise.all(polls);
    },
    look: pollOnce,
    close(reason) {
      isClosed = true;
      for (const [process, operation] of inFlight) {
        const service = exchanges.takeService(operation);
        recorder.record({ process, session, f: 'read', key, type: 'info', error: reason, ...service });
      }
      inFlight.clear();
    },
  };

  function isOver(signal: AbortSignal): boolean {
    return isClosed || signal.aborted;
  }

  /** Most of a run consists of this function: it is the only promise that a poll costs here. */
  async function pollOnce(): Promise<void> {
    const ordinal = tab.nextOrdinal();
    const process = processes.take(base);
    const operation = { actor: session, operation: `${session}#${ordinal}`, gatewayUrl: around.gatewayUrl };
    const { query, url } = questionOf(subject.frontEnd.query(plan.expects === 'none' ? undefined : tab.seen));
    const asks = url === endpoint ? undefined : { query };
    recorder.record({ process, session, f: 'read', key, type: 'invoke', ...asks });
    inFlight.set(process, operation.operation);
    let hasAnswered = false;
    let answer: Answer;
    try {
      const response = await around.ask(new Request(url), operation);
      hasAnswered = true;
      answer = answerOf(response, await response.text());
    } catch (error) {
      answer = { error: failureOf(error, hasAnswered) };
    }
    const service = exchanges.takeService(operation.operation);
    // The page is gone, and the read has ended.
    if (!inFlight.delete(process)) return;
    if ('error' in answer) {
      recorder.record({ process, session, f: 'read', key, type: 'fail', error: answer.error, ...service });
      listener.failed?.(answer.error);
    } else {
      const value = { ...answer.value };
      const { index } = recorder.record({ process, session, f: 'read', key, type: 'ok', value, ...service });
      listener.value(answer.value, { ordinal, by: 'read', index });
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

  function failureOf(error: unknown, hasAnswered: boolean): string {
    const { message } = error as Error;
    if (hasAnswered) return `the status endpoint's answer cannot be read: ${message}`;
    if (error instanceof RequestLost) return message;
    around.threw(error);
    return `the status endpoint threw: ${message}`;
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
