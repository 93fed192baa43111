/**
 * The port of the channels: how an observer learns of a progress. A channel is opened for one page load and closed with
 * that page. It reaches the application only through its surroundings. A channel in front of another one (a cache, a
 * stream that reads again after a reconnection) opens the other with the same surroundings and its own listener.
 */
import type { Operation } from '../async-context.ts';
import type { Clock } from '../clock.ts';
import type { EventBody, HistoryEvent } from '../history/event.ts';
import type { ObservedProgress, SeenProgress, Subject } from './subject.ts';

export type OpenChannel = (plan: ChannelPlan, surroundings: ChannelSurroundings) => Channel;

export interface Channel {
  /**
   * Looks until `signal` aborts, which is the end of the run, or until the channel is closed. Resolves when nothing is in
   * flight: its requests are answered, and what was sent to it has arrived.
   */
  run(signal: AbortSignal): Promise<void>;
  /** The final look, once, after `run`, when all faults have healed. Resolves when the listener has been told the result. */
  look(): Promise<void>;
  /** The page is gone: the listener is not called again, and reads in flight end in `info` with this reason. */
  close(reason: string): void;
}

/** Is told what a channel yields. */
export interface ChannelListener {
  value(value: ObservedProgress, arrival: Arrival): void;
  /** One look brought no value; the channel goes on. */
  failed?(reason: string): void;
  /** The connection broke; the channel tries to connect again. */
  broke?(reason: string): void;
  /** The connection is back; values that were sent in between are missing. */
  reconnected?(): void;
  /** The channel yields nothing more, though the page stays open. */
  ended?(reason: string): void;
}

/** How a value came. */
export interface Arrival {
  /** The ordinal of the request that it answers, see `TabMemory.nextOrdinal`; a value that was pushed takes the next one. */
  ordinal: number;
  /** The event of the history that has it: an `ok` read that the channel made, or a `receive`. */
  by: 'read' | 'receive';
  index: number;
}

/** What a page knows; all channels of a page share it. */
export interface TabMemory {
  /** Made of all values so far; `undefined` before the first. */
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
  /** Returns who served an operation, and removes the entry. */
  exchanges: { takeService(operation: string): object };
  gatewayUrl: string;
  subject: Pick<Subject, 'frontEnd' | 'readStatus'>;
  tab: TabMemory;
  listener: ChannelListener;
  /**
   * Sends a status request to the instance that the tab is connected to. Rejects with a `RequestLost` when the connection
   * breaks; any other rejection means that the application threw.
   */
  ask(request: Request, operation: Operation): Promise<Response>;
  /** Reports that the application threw instead of answering, which ends the run. */
  threw(error: unknown): void;
}

/** The observer's fields in the plan. Each channel uses those that concern it. */
export interface ChannelPlan {
  session: string;
  story: string;
  every_ms: number;
  polling: 'interval' | 'chained';
  expects: 'none' | 'last-seen';
}

/** Sends a status request from a tab to an instance of the application; rejects as `ChannelSurroundings.ask` does. */
export type AskStatus = (request: Request, operation: Operation, target: StatusTarget) => Promise<Response>;

export interface StatusTarget {
  readonly story: string;
  /** Counted from 1. */
  readonly instance: number;
}
