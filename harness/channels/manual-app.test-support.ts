/** An application whose requests the test answers, with the surroundings that an observer needs. */
import type { AskStatus, ChannelSurroundings, StatusTarget } from '../port/channel.ts';
import type { FrontEnd, ObservedProgress, Subject } from '../port/subject.ts';
import { recordExchanges } from '../recording/exchanges.ts';
import { ProcessNames, type Recorder } from '../recording/recorder.ts';
import { manualClock, quietRecorder, settle, type ManualClock } from '../recording/virtual.test-support.ts';

export interface ManualRequest {
  url: URL;
  target: StatusTarget;
  operation: string;
  answer(body: unknown, status?: number): Promise<void>;
  resolve(answer: unknown): Promise<void>;
  fail(error: Error): Promise<void>;
}

export interface ManualApp extends Omit<ChannelSurroundings, 'subject' | 'tab' | 'listener' | 'ask' | 'threw'> {
  clock: ManualClock;
  recorder: Recorder;
  requests: ManualRequest[];
  subject: Subject;
  ask: AskStatus;
  stopped: Error[];
  stop(reason: Error): void;
}

export function manualApp(display: FrontEnd['display'] = 'as-arrived'): ManualApp {
  const clock = manualClock();
  const recorder = quietRecorder(clock);
  const processes = new ProcessNames();
  const requests: ManualRequest[] = [];
  const stopped: Error[] = [];
  const ask: AskStatus = (request, { operation }, target) =>
    new Promise((resolve, reject) => {
      requests.push({
        url: new URL(request.url),
        target,
        operation,
        answer: (body, status = 200) => (resolve(Response.json(body, { status })), settle()),
        resolve: (answer) => (resolve(answer as Response), settle()),
        fail: (error) => (reject(error), settle()),
      });
    });
  const subject = {
    frontEnd: {
      display,
      query: (seen) => (seen === undefined ? {} : { expectedProgress: String(seen.greatestNumber) }),
    },
    readStatus: (body) => body as ObservedProgress,
  } as Subject;
  return {
    clock,
    recorder,
    processes,
    exchanges: recordExchanges(
      recorder,
      processes,
      { table: 't', key: 'id', progress: 'p' },
      { storyOf: (key) => key },
    ),
    knownValues: { await: () => undefined, latest: () => undefined },
    gatewayUrl: 'http://none.invalid',
    openClient: () => {
      throw new Error('the tabs of this test have no client');
    },
    subject,
    requests,
    ask,
    storage: new Map(),
    broadcast: { tell: () => undefined, listen: () => undefined },
    stopped,
    stop: (reason) => void stopped.push(reason),
  };
}

export function at(progress: number, generation = 1): ObservedProgress {
  return { generation, progress };
}
