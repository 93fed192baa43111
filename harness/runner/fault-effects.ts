/**
 * Which faults that last for a time had an effect: a lag has none if no read comes to its replica while it is behind, a
 * window none if no request comes in it. An application that reads in no way that can reach a replica withstands a lag.
 */
import { isRequestFault, timedKind, type Fault, type TimedFault } from '../faults/fault-registry.ts';
import { replicaOf } from '../faults/references.ts';
import type { Exchange, GatewayListener } from '../gateway/gateway.ts';
import type { HistoryEvent, Phase } from '../history/event.ts';
import { isProgress } from '../history/order.ts';
import { compareLsn, type Lsn } from '../history/lsn.ts';
import type { Missed } from '../history/marks.ts';
import { describeFault } from '../plan/fault-words.ts';
import type { Plan } from '../plan/plan.ts';

export interface FaultEffects extends GatewayListener {
  /** A fault of the plan begins or ends. */
  readonly changed: (fault: Fault, phase: Phase) => void;
  /** Follows the history of the run. */
  see(event: HistoryEvent): void;
  /** The faults that have begun and had no effect, by their positions in the plan, and what there was meanwhile. */
  without(): { number: number; missed: Missed }[];
  /** What the report says of the replicas that the application avoided. */
  notes(): string[];
  /** The faults that apply, end at a moment of the plan and have had no effect so far. */
  awaited(): number[];
}

/** @param reportsCommits otherwise every replica is taken to be behind, since what it lacks is not known */
export function followFaultEffects(plan: Plan, reportsCommits: boolean): FaultEffects | undefined {
  const followed = plan.faults.flatMap((fault, number) =>
    isRequestFault(fault) || timedKind(fault).isMetBy === undefined ? [] : [new FollowedFault(fault, number)],
  );
  return followed.length === 0 ? undefined : new Effects(plan, followed, reportsCommits);
}

class FollowedFault {
  readonly fault: TimedFault;
  readonly number: number;
  hasBegun = false;
  /** The number of requests that had come when it ended. */
  endedAfter = Number.POSITIVE_INFINITY;
  hasEffect = false;
  /** The last commit since it began that it keeps its replica from showing. */
  lastHeld: Lsn | undefined;
  readonly missed: Missed = { polls: 0, reads: 0 };
  readonly replica: string | undefined;

  constructor(fault: TimedFault, number: number) {
    this.fault = fault;
    this.number = number;
    this.replica = replicaOf(fault);
  }

  get applies(): boolean {
    return this.hasBegun && this.endedAfter === Number.POSITIVE_INFINITY;
  }

  /** Whether the application was asked, and sent no request that a replica could have answered. */
  get isAvoided(): boolean {
    return this.replica !== undefined && this.missed.polls > 0 && this.missed.reads === 0;
  }
}

class Effects implements FaultEffects {
  readonly #followed: readonly FollowedFault[];
  readonly #reportsCommits: boolean;
  readonly #sessions: ReadonlySet<string | number | undefined>;
  /** For each request that is under way and each fault, the last commit that the fault held back before it came. */
  readonly #heldBefore = new Map<Exchange, readonly (Lsn | undefined)[]>();
  /** The last commit that each fault holds back now. Requests share it until it is replaced. */
  #held: readonly (Lsn | undefined)[];
  #requests = 0;

  constructor({ observers }: Plan, followed: readonly FollowedFault[], reportsCommits: boolean) {
    this.#followed = followed;
    this.#held = followed.map(() => undefined);
    this.#reportsCommits = reportsCommits;
    this.#sessions = new Set<string | undefined>([undefined, ...observers.map(({ session }) => session)]);
  }

  readonly changed: FaultEffects['changed'] = (fault, phase) => {
    for (const followed of this.#followed) {
      if (followed.fault === fault) {
        if (phase === 'begin') followed.hasBegun = true;
        else followed.endedAfter = this.#requests;
      } else if (phase === 'begin' && !isRequestFault(fault) && timedKind(fault).revealsLag === true) {
        followed.hasEffect ||= followed.applies && replicaOf(fault) === followed.replica;
      }
    }
  };

  see({ f, type, lsn, session, key, value }: HistoryEvent): void {
    if (f === 'commit') {
      if (typeof lsn !== 'string' || !isProgress(value)) return;
      const version = { key: String(key), generation: value.generation ?? 1, progress: value.progress };
      for (const followed of this.#followed) {
        const { fault, applies } = followed;
        if (applies && timedKind(fault).holdsBack?.(fault as never, version) !== false) followed.lastHeld = lsn;
      }
      this.#held = this.#followed.map(({ lastHeld }) => lastHeld);
    } else if (f === 'read' && type === 'invoke' && this.#sessions.has(session)) {
      for (const followed of this.#open()) followed.missed.polls += 1;
    }
  }

  requested(exchange: Exchange): void {
    this.#requests += 1;
    this.#heldBefore.set(exchange, this.#held);
    const isRead = exchange.method === 'GET' || exchange.method === 'HEAD';
    if (!isRead || !this.#sessions.has(exchange.actor)) return;
    for (const followed of this.#open()) followed.missed.reads += 1;
  }

  ended(exchange: Exchange): void {
    const { id, actor, routed, lsn } = exchange;
    const held = this.#heldBefore.get(exchange) ?? [];
    this.#heldBefore.delete(exchange);
    if (routed === undefined) return;
    for (const [at, followed] of this.#followed.entries()) {
      if (followed.hasEffect || !followed.hasBegun || id >= followed.endedAfter) continue;
      const isBehind = !this.#reportsCommits || isOlder(lsn, held[at]);
      const { fault } = followed;
      followed.hasEffect = timedKind(fault).isMetBy?.(fault as never, { actor, node: routed, isBehind }) ?? true;
    }
  }

  without(): { number: number; missed: Missed }[] {
    const lacking = this.#followed.filter((each) => each.hasBegun && !each.hasEffect && !each.isAvoided);
    return lacking.map(({ number, missed }) => ({ number, missed }));
  }

  notes(): string[] {
    const avoided = this.#followed.filter((each) => each.hasBegun && !each.hasEffect && each.isAvoided);
    return avoided.map(
      ({ fault, replica, missed }) =>
        `for ${missed.polls} polls, the application sent no read that ${replica} could answer: ` +
        `it avoided "${describeFault(fault)}"`,
    );
  }

  awaited(): number[] {
    const waiting = this.#followed.filter(({ applies, hasEffect, isAvoided }) => applies && !hasEffect && !isAvoided);
    return waiting.flatMap(({ fault, number }) => ('until' in fault && fault.until !== undefined ? [number] : []));
  }

  /** The faults that apply, and whose replica may be behind. */
  #open(): FollowedFault[] {
    return this.#followed.filter(
      ({ applies, lastHeld }) => applies && (lastHeld !== undefined || !this.#reportsCommits),
    );
  }
}

/** Whether a database lacked a commit. A database whose position is not known may lack any. */
function isOlder(position: Lsn | undefined, commit: Lsn | undefined): boolean {
  return commit !== undefined && (position === undefined || compareLsn(position, commit) < 0);
}
