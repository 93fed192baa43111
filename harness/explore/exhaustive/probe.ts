/** Runs a plan, judges it, and observes the points at which it could deviate. */
import { currentOperation } from '../../async-context.ts';
import type { Exchange } from '../../gateway/gateway.ts';
import type { HistoryEvent, ProgressValue } from '../../history/event.ts';
import { HAS_OWN_STEPS } from '../../history/marks.ts';
import type { Plan } from '../../plan/plan.ts';
import type { PreparedDatabase } from '../../port/backend.ts';
import type { Subject } from '../../port/subject.ts';
import { simulateRun } from '../../runner/simulate-run.ts';
import type { World } from '../../simulation/world.ts';
import { failureOf, tryPlan, untestedReason, type Failing, type TrialOutcome } from '../trial.ts';
import { traceOf } from './trace.ts';

/** A request of an actor, as it arrived at the gateway. */
export interface ObservedRequest {
  actor: string;
  operation: string | undefined;
  method: string;
  /** Among those of its actor and method, from 1. */
  nth: number;
  /** When it arrived, in nanoseconds. */
  at: number;
  /** The database that served it. */
  node: string | undefined;
}

/** A timer that the application started on behalf of an actor. */
export interface ObservedTimer {
  actor: string;
  operation: string;
  madeAt: number;
  dueAt: number;
}

export interface ObservedCommit {
  at: number;
  key: string;
  generation: number;
  progress: number;
}

export interface Probe {
  plan: Plan;
  failing: Failing | undefined;
  untestedReason: string | undefined;
  trace: number;
  requests: readonly ObservedRequest[];
  /** Requests that name no actor, which no fault can match. */
  unattributed: number;
  timers: readonly ObservedTimer[];
  /** The application decides on the steps of its generations, and not the plan. */
  hasOwnSteps: boolean;
  commits: readonly ObservedCommit[];
  /** Reads that were answered. */
  reads: readonly { at: number; session: string; key: string; servedBy: string | undefined }[];
}

/** Runs a plan to its end, synchronously and in virtual time. */
export type RunProbe = (plan: Plan) => Probe;

export function probeOf(subject: Subject, database: PreparedDatabase | undefined): RunProbe {
  return (plan) => {
    const observed = new Observed();
    const trial = tryPlan(plan, (each): TrialOutcome =>
      simulateRun({
        plan: each,
        subject,
        database,
        onWorld: (world) => observed.follow(world),
        onRequest: (exchange, time) => observed.request(exchange, time),
      }),
    );
    const { events, header } = trial.outcome.history;
    return {
      plan,
      failing: failureOf(trial),
      untestedReason: untestedReason(trial) ?? blindReason(events),
      trace: traceOf(events),
      ...observed.result(),
      hasOwnSteps: header?.[HAS_OWN_STEPS] === true,
      commits: events.flatMap(commitOf),
      reads: events.flatMap(({ f, type, time, session, key, served_by: servedBy }) =>
        f === 'read' && type === 'ok'
          ? [{ at: time, session: String(session), key: String(key), servedBy: servedBy as string | undefined }]
          : [],
      ),
    };
  };
}

/** What a plan tests is what tabs are shown. */
function blindReason(events: readonly HistoryEvent[]): string | undefined {
  return events.some(({ f }) => f === 'show') ? undefined : 'nothing was tested: no tab was shown a progress';
}

class Observed {
  readonly #exchanges: { exchange: Exchange; request: ObservedRequest }[] = [];
  readonly #timers: ObservedTimer[] = [];
  readonly #ordinals = new Map<string, number>();
  #unattributed = 0;
  #world: World | undefined;
  /** The time of the world at the start of the run's clock. */
  #origin = 0;

  follow(world: World): void {
    this.#world = world;
    world.onTimer = (delayNs) => {
      const running = currentOperation();
      if (running === undefined) return;
      const { actor, operation } = running;
      this.#timers.push({ actor, operation, madeAt: world.now, dueAt: world.now + delayNs });
    };
  }

  request(exchange: Exchange, at: number): void {
    this.#origin = (this.#world?.now ?? at) - at;
    const { actor, operation, method } = exchange;
    if (actor === undefined) {
      this.#unattributed += 1;
      return;
    }
    const name = `${actor} ${method}`;
    const nth = (this.#ordinals.get(name) ?? 0) + 1;
    this.#ordinals.set(name, nth);
    this.#exchanges.push({ exchange, request: { actor, operation, method, nth, at, node: undefined } });
  }

  result(): Pick<Probe, 'requests' | 'timers' | 'unattributed'> {
    return {
      requests: this.#exchanges.map(({ exchange, request }) => ({ ...request, node: exchange.node })),
      timers: this.#timers.map((timer) => ({
        ...timer,
        madeAt: timer.madeAt - this.#origin,
        dueAt: timer.dueAt - this.#origin,
      })),
      unattributed: this.#unattributed,
    };
  }
}

function commitOf({ f, time, key, value, promoted }: HistoryEvent): ObservedCommit[] {
  if (f !== 'commit' || typeof value !== 'object' || value === null || promoted !== undefined) return [];
  const { generation = 1, progress } = value as ProgressValue;
  return [{ at: time, key: String(key), generation, progress }];
}
