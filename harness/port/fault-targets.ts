/** What faults act on: databases, their router, requests, tabs, and instances of the application. */
import type { AppClock } from '../clock.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { Refetch } from './library.ts';
import type { StreamTargets } from './stream.ts';
import type { Cluster, Commit, NodeName, ReplicaNode } from './backend.ts';

export interface FaultTargets {
  replica(name: NodeName): ReplicaNode;
  readonly router: {
    /** Takes a replica out of rotation, or puts it back. */
    setInRotation(replica: NodeName, inRotation: boolean): void;
  };
  /** The clock of an instance of the application, counted from 1. */
  appClock(instance: number): AppClock;
  /** `undefined` if the backend cannot promote. */
  promote: Cluster['promote'];
  /** The flushed LSN of the primary. */
  primaryLsn(): Promise<string>;
  /** Calls `listener` with every later commit, in commit order per key; returns a function that stops it. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Applies `effect` to every later request for which `matches` is true; returns a function that stops it. */
  intercept(matches: (request: RoutedRequest) => boolean, effect: RequestEffect): () => void;
  /** The application decides on its steps: it may never commit the progress that a plan names, but a greater one. */
  readonly haveOwnSteps: boolean;
  /** A tab of a run, by the name of its session. */
  tab(session: string): TabTarget;
  /** The streams of the tabs of a run. */
  readonly streams: StreamTargets;
  /** Creates the row of a story that the run did not begin with. */
  createRow(story: string): Promise<void>;
  /** The caches between the tabs and the databases. */
  readonly caches: CacheTargets;
  /** Kills an instance of the application, counted from 1, and starts it again after `downMs`. Resolves when it is up. */
  restartInstance(instance: number, downMs: number): Promise<void>;
}

export interface CacheTargets {
  /** Makes the caches of a place forget every answer; at the edge, those of one point of presence if it is given. */
  purge(place: 'browser' | 'edge' | 'app', pop?: number): void;
  /** Sends the requests of a tab to a point of presence of the edge, counted from 1; the first one without a number. */
  route(session: string, pop: number | undefined): void;
}

/** A page that is open in a browser. */
export interface TabTarget {
  /** Reloads the page, which loses its state. */
  reload(): void;
  /** Sends later requests of the tab to this instance of the application, counted from 1. */
  moveTo(instance: number): void;
  navigateTo(story: string): void;
  /** The page asks for the progress anew, through its client library. */
  refetch(how: Refetch): void;
  /** The page cancels the fetch under way of its client library. */
  cancelFetch(): void;
}

/** A request after the load balancer has chosen its database. */
export interface RoutedRequest {
  /** Worker or session, if known. */
  readonly actor: string | undefined;
  readonly method: string;
  readonly node: NodeName;
}

/** One request at a place where faults apply: the gateway or the edge. */
export interface Passage<Answer> {
  /**
   * Forwards the request and returns the answer.
   * @param to at the gateway: the database to use instead of the one that the router chooses
   */
  forward(to?: NodeName): MaybePromise<Answer>;
  /** Answers as the load balancer or proxy. */
  answer(status: number, message: string): Answer;
  /** At the gateway: the code of an error of the database or the REST layer; `undefined` for any other answer. */
  errorCode(answer: Answer): string | undefined;
  /** Breaks the connection: the client gets no response. */
  breakConnection(): Answer;
  sleep(milliseconds: number): Promise<void>;
  /** Starts work that the client does not wait for. A run waits for it before its final look. */
  inBackground(work: () => Promise<unknown>): void;
}

/** The effect of a fault on one request. Never rejects. */
export type RequestEffect = <Answer>(passage: Passage<Answer>) => MaybePromise<Answer>;

/** A fault in effect. */
export interface AppliedFault {
  /** Ends the fault. Resolves when it no longer applies. */
  end(): Promise<void>;
  /** Additional fields of the event that records its start. */
  details?: Readonly<Record<string, unknown>>;
}
