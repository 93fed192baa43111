/**
 * The port of the channels, through which an observer gets the progress. A channel is opened for one page load and closed
 * with that page. It reaches the application only through its surroundings. A channel in front of another one (a cache, a
 * stream that reads again after a reconnection) opens the other with the same surroundings and its own listener.
 */
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Operation } from '../async-context.ts';
import type { Clock } from '../clock.ts';
import type { EventBody, HistoryEvent } from '../history/event.ts';
import type { Refetch } from './library.ts';
import type { ObservedProgress, SeenProgress, Subject } from './subject.ts';

/** How an observer gets the progress: the names in a plan, and of a canary. */
export const CHANNEL_NAMES = ['poll', 'stream', 'poll+stream', 'stream-then-refetch'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

export type OpenChannel = (plan: ChannelPlan, surroundings: ChannelSurroundings) => Channel;

export interface Channel {
  /**
   * Watches until `signal` aborts, which is the end of the run, or until the channel is closed. Resolves when no request
   * and no message is in flight.
   */
  run(signal: AbortSignal): Promise<void>;
  /** The final look, once, after `run`, when all faults have ended. Resolves after the listener got the result. */
  look(): Promise<void>;
  /** Closes the channel: the listener is not called again, and reads in flight end in `info` with this reason. */
  close(reason: string): void;
  /** The run is over. Resolves when the channel has left no timer behind. */
  leave?(): Promise<void>;
  // Only with a client library:
  /** The page asks anew, as after a click or a change. Resolves when it was answered, or has failed. */
  refetch?(how: Refetch): Promise<void>;
  /** Cancels the fetch under way. */
  cancel?(): void;
  /** Puts a value in the cache that was pushed to the page. */
  push?(value: ObservedProgress, arrival: Arrival): void;
}

/** Receives the values and failures of a channel. */
export interface ChannelListener {
  value(value: ObservedProgress, arrival: Arrival): void;
  /** A read failed; the channel continues. */
  failed?(reason: string): void;
  /** The connection broke; the channel tries to connect again. */
  broke?(reason: string): void;
  /** The connection is back; values that were sent in between are missing. */
  reconnected?(): void;
  /** The channel has ended, although the page stays open. */
  ended?(reason: string): void;
}

/** How a value arrived. */
export interface Arrival {
  /** The ordinal of the request that it answers, see `TabMemory.nextOrdinal`; a pushed value takes the next one. */
  ordinal: number;
  /** The event of the history that contains it: an `ok` read of the channel, or a `receive`. */
  by: 'read' | 'receive';
  index: number;
}

/** The state of a page, which all its channels share. */
export interface TabMemory {
  /** Summary of all values so far; `undefined` before the first. */
  readonly seen: SeenProgress | undefined;
  /**
   * Numbers the requests of the session from 1, in the order in which they are sent, over all channels and page loads: of
   * two answers, the one with the greater ordinal was requested later.
   */
  nextOrdinal(): number;
}

export interface ChannelSurroundings {
  clock: Clock;
  recorder: { record(body: EventBody): HistoryEvent };
  /** Process names: each has one operation in flight. A process whose operation ended in `info` is not released. */
  processes: { take(base: string): string; release(base: string, name: string): void };
  /** Returns the database that served an operation, and removes the entry. */
  exchanges: { takeService(operation: string): object };
  /** To be awaited before an answer is recorded: its value may be from a commit that is recorded only now. */
  knownValues: {
    await(key: string, value: ObservedProgress): Promise<void> | undefined;
    /** The last commit of the story that has been recorded; `undefined` without commits. */
    latest(key: string): ObservedProgress | undefined;
  };
  gatewayUrl: string;
  subject: Pick<Subject, 'frontEnd' | 'readStatus' | 'statusPath' | 'tracked' | 'keyOf'>;
  tab: TabMemory;
  listener: ChannelListener;
  /**
   * Sends a status request to the instance that the tab is connected to. Rejects with a `RequestLost` when the connection
   * breaks; any other rejection means that the application threw.
   */
  ask(request: Request, operation: Operation): Promise<Response>;
  /**
   * Creates the Supabase client of a browser in which this session is open. The caller disconnects it.
   * @param heartbeatMs between two heartbeats; supabase-js's own by default
   */
  openClient(session: string, heartbeatMs?: number): SupabaseClient;
  /** What outlives the pages of the session, like the local storage of a browser. */
  storage: Map<string, unknown>;
  /** The tabs of one browser, which may tell each other what they have fetched. */
  broadcast: Broadcast;
  /** Ends the run, because the application threw instead of answering. */
  threw(error: unknown): void;
}

export interface Broadcast {
  /** Tells the other tabs, in a later task. */
  tell(session: string, story: string, value: ObservedProgress): void;
  /** Calls `listener` with what is told of a story until `signal` aborts, also by the tab itself. */
  listen(story: string, signal: AbortSignal, listener: (from: string, value: ObservedProgress) => void): void;
}

/** The observer's fields in the plan. Each channel uses only its own. */
export interface ChannelPlan {
  session: string;
  story: string;
  every_ms: number;
  polling: 'interval' | 'chained';
  expects: 'none' | 'last-seen';
  settle_ms?: number | undefined;
  heartbeat_ms?: number | undefined;
}

/** Sends a status request from a tab to an instance of the application; rejects as `ChannelSurroundings.ask` does. */
export type AskStatus = (request: Request, operation: Operation, target: StatusTarget) => Promise<Response>;

export interface StatusTarget {
  readonly story: string;
  /** Counted from 1. */
  readonly instance: number;
}
