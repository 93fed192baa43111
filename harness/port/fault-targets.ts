/** What faults act on: the databases and their router, requests on their way, and what takes part in a run. */
import type { AppClock } from '../clock.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { Cluster, Commit, NodeName, ReplicaNode } from './backend.ts';

export interface FaultTargets {
  replica(name: NodeName): ReplicaNode;
  readonly router: {
    /** Takes a replica out of rotation, or puts it back. */
    setInRotation(replica: NodeName, inRotation: boolean): void;
  };
  /** Of an instance of the application, counted from 1. */
  appClock(instance: number): AppClock;
  /** Where the backend can promote. */
  promote: Cluster['promote'];
  /** What the primary has flushed. */
  primaryLsn(): Promise<string>;
  /** Calls `listener` with every later commit, in commit order per key; returns how to stop. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Applies `effect` to every later request for which `matches` is true; returns how to stop. */
  intercept(matches: (request: RoutedRequest) => boolean, effect: RequestEffect): () => void;
  /** A tab of a run, by the name of its session. */
  tab(session: string): TabTarget;
  /** Kills an instance of the application, counted from 1, and starts it again `downMs` later. Resolves when it is up. */
  restartInstance(instance: number, downMs: number): Promise<void>;
}

/** A page that is open in a browser. */
export interface TabTarget {
  /** The page loads anew: what it had in memory is lost. */
  reload(): void;
  /** Its later requests go to that instance of the application, counted from 1. */
  moveTo(instance: number): void;
}

/** A request that the load balancer has chosen a database for. */
export interface RoutedRequest {
  /** Worker or session, where it is known. */
  readonly actor: string | undefined;
  readonly method: string;
  readonly node: NodeName;
}

/** One request on its way, at a place where faults match: the gateway or the edge. */
export interface Passage<Answer> {
  /**
   * Passes the request on and returns the answer of what serves it.
   * @param to at the gateway: the database, instead of the one that the router chooses
   */
  forward(to?: NodeName): MaybePromise<Answer>;
  /** The answer of the load balancer or proxy itself. */
  answer(status: number, message: string): Answer;
  /** The connection breaks: the client gets no answer. */
  breakConnection(): Answer;
  sleep(milliseconds: number): Promise<void>;
  /** Starts work that the client does not wait for. A run waits for it before its final look. */
  inBackground(work: () => Promise<unknown>): void;
}

/** What a fault makes of one request. Never rejects. */
export type RequestEffect = <Answer>(passage: Passage<Answer>) => MaybePromise<Answer>;

/** A fault that applies. */
export interface AppliedFault {
  /** Resolves when it applies no more. */
  end(): Promise<void>;
  /** What the history says of its beginning besides the fields of the fault. */
  details?: Readonly<Record<string, unknown>>;
}
