/**
 * The port of the channels: how an observer looks. A channel is opened for one load of a page and lives as long as that;
 * it reaches the application only by what it is given. One that stands in front of another (a cache, a stream that asks
 * anew once it is connected again) opens that one with the same surroundings and a listener of its own.
 */
import type { Operation } from '../async-context.ts';
import type { Clock } from '../clock.ts';
import type { EventBody, HistoryEvent } from '../history/event.ts';
import type { ObservedProgress, SeenProgress, Subject } from './subject.ts';

export type OpenChannel = (plan: ChannelPlan, surroundings: ChannelSurroundings) => Channel;

export interface Channel {
  /**
   * Looks until `signal` aborts, which is the end of the run, or until the channel is closed. Resolves when nothing that
   * it began is under way any more: what it asked is answered, what was sent to it has arrived.
   */
  run(signal: AbortSignal): Promise<void>;
  /** The final look, once, after `run`: every fault has healed. Resolves when the listener knows what it found. */
  look(): Promise<void>;
  /** The page is gone: the listener is told nothing more, and reads in flight end in `info` with this reason. */
  close(reason: string): void;
}

/** Who is told what comes by a channel. */
export interface ChannelListener {
  value(value: ObservedProgress, arrival: Arrival): void;
  /** One look brought no value; the channel goes on. */
  failed?(reason: string): void;
  /** The connection broke; the channel tries to connect again. */
  broke?(reason: string): void;
  /** It is connected again: what was sent meanwhile is lost to it. */
  reconnected?(): void;
  /** Nothing more will come by this channel, though the page stays open. */
  ended?(reason: string): void;
}

/** By what a value came. */
export interface Arrival {
  /** Which look it answers, see `TabMemory.nextOrdinal`; of what was pushed, when it arrived. */
  ordinal: number;
  /** The event of the history that has it: an `ok` read that the channel made, or a `receive`. */
  by: 'read' | 'receive';
  index: number;
}

/** What a page knows. All its channels share it. */
export interface TabMemory {
  /** Of the values that have come so far; `undefined`: none yet. */
  readonly seen: SeenProgress | undefined;
  /**
   * Numbers the looks of the session in the order in which they begin, from 1 and over all its channels: of two answers
   * that overtook each other, the greater one was asked for later.
   */
  nextOrdinal(): number;
}

export interface ChannelSurroundings {
  clock: Clock;
  recorder: { record(body: EventBody): HistoryEvent };
  /** Names of processes: one operation in flight each. One whose operation ended in `info` is not given back. */
  processes: { take(base: string): string; release(base: string, name: string): void };
  /** Tells who served an operation, and forgets it. */
  exchanges: { takeService(operation: string): object };
  gatewayUrl: string;
  subject: Pick<Subject, 'frontEnd' | 'readStatus'>;
  tab: TabMemory;
  listener: ChannelListener;
  /**
   * Sends a status request on its way to the instance that the tab is connected to. Rejects with a `RequestLost` when the
   * answer does not come, with anything else only if the application itself threw.
   */
  ask(request: Request, operation: Operation): Promise<Response>;
  /** Tells that the application threw instead of answering, which ends the run. */
  threw(error: unknown): void;
}

/** What the plan says of the observer. Each channel heeds the fields that concern it. */
export interface ChannelPlan {
  session: string;
  story: string;
  every_ms: number;
  polling: 'interval' | 'chained';
  expects: 'none' | 'last-seen';
}

/** The way of a status request from a tab to an instance of the application; rejects as `ChannelSurroundings.ask` does. */
export type AskStatus = (request: Request, operation: Operation, target: StatusTarget) => Promise<Response>;

export interface StatusTarget {
  readonly story: string;
  /** Counted from 1. */
  readonly instance: number;
}
