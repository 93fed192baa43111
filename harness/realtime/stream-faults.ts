/** The faults of the streams of a run, by the session of the tab. */
import type { FrameEffect, StreamServerTargets, StreamTargets } from '../port/stream.ts';

/** The sockets that faults reach. */
export interface FaultySocket {
  readonly actor: string | undefined;
  close(code: number, reason: string): void;
  /** Sends what was held while nothing passed. */
  thaw(): void;
}

/** How a server answers a join that it refuses. */
export const REFUSED_JOIN = {
  afterMs: 5_000,
  reason: 'ClientJoinRateLimitReached: Too many joins per second',
} as const;

export class StreamFaults implements StreamTargets {
  readonly server: StreamServerTargets | undefined;
  readonly #sockets: ReadonlySet<FaultySocket>;
  readonly #later: (milliseconds: number, run: () => void) => void;
  readonly #effects = new Map<string, Set<FrameEffect>>();
  readonly #frozen = new Counts();
  readonly #refusing = new Counts();
  readonly #delays = new Map<string, Set<number>>();

  constructor(
    sockets: ReadonlySet<FaultySocket>,
    later: (milliseconds: number, run: () => void) => void,
    server?: StreamServerTargets,
  ) {
    this.#later = later;
    this.#sockets = sockets;
    this.server = server;
  }

  interceptFrames(session: string, effect: FrameEffect): () => void {
    return added(this.#effects, session, effect);
  }

  closeSocket(session: string, code: number): void {
    for (const socket of this.#of(session)) socket.close(code, '');
  }

  freeze(session: string): () => void {
    const end = this.#frozen.add(session);
    return () => {
      end();
      if (!this.isFrozen(session)) for (const socket of this.#of(session)) socket.thaw();
    };
  }

  refuseJoins(session: string): () => void {
    return this.#refusing.add(session);
  }

  delayReadiness(session: string, milliseconds: number): () => void {
    return added(this.#delays, session, milliseconds);
  }

  isFrozen(session: string | undefined): boolean {
    return this.#frozen.has(session);
  }

  refusesJoins(session: string | undefined): boolean {
    return this.#refusing.has(session);
  }

  /** By how much subscriptions of the session are delayed, in milliseconds. */
  delayOf(session: string | undefined): number {
    return Math.max(0, ...(session === undefined ? [] : (this.#delays.get(session) ?? [])));
  }

  /** Sends a frame by way of all effects on the session. */
  pass(session: string | undefined, send: () => void): void {
    const effects = session === undefined ? undefined : this.#effects.get(session);
    if (effects === undefined || effects.size === 0) return send();
    const all = [...effects].reduceRight<() => void>((next, effect) => () => effect(next, this.#later), send);
    all();
  }

  #of(session: string): FaultySocket[] {
    return [...this.#sockets].filter(({ actor }) => actor === session);
  }
}

/** What passes one socket, in either direction: in order, and only when nothing freezes the tab. */
export class FreezableTraffic {
  readonly #faults: StreamFaults;
  readonly #actor: string | undefined;
  /** What waits for the connection to work again. */
  readonly #held: (() => void)[] = [];

  constructor(faults: StreamFaults, actor: string | undefined) {
    this.#faults = faults;
    this.#actor = actor;
  }

  whenItPasses(pass: () => void): void {
    if (this.#faults.isFrozen(this.#actor)) this.#held.push(pass);
    else pass();
  }

  thaw(): void {
    for (const pass of this.#held.splice(0)) pass();
  }
}

class Counts {
  readonly #counts = new Map<string, number>();

  add(name: string): () => void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (!isOver) this.#counts.set(name, (this.#counts.get(name) ?? 0) - 1);
      isOver = true;
    };
  }

  has(name: string | undefined): boolean {
    return name !== undefined && (this.#counts.get(name) ?? 0) > 0;
  }
}

function added<T>(sets: Map<string, Set<T>>, name: string, item: T): () => void {
  const set = sets.get(name) ?? new Set();
  sets.set(name, set.add(item));
  return () => void set.delete(item);
}
