/** Starts and ends the faults of a plan at their moments, and records both in the history. */
import {
  claims,
  claimOf,
  hasField,
  inflictFault,
  isFor,
  isRequestFault,
  kindNamed,
  type Fault,
  type TimedFault,
} from '../faults/fault-registry.ts';
import type { EventBody, Phase } from '../history/event.ts';
import type { Claim } from '../gateway/claim.ts';
import type { AppliedFault, FaultTargets } from '../port/fault-targets.ts';
import { OVER, type Moments } from '../recording/moments.ts';
import type { Recorder } from '../recording/recorder.ts';

export interface Nemesis {
  /** Resolves when every fault that starts at 0 ms applies. Rejects if one cannot be injected. */
  begin(signal: AbortSignal): Promise<void>;
  /**
   * Ends all faults, those of requests included; resolves when no fault applies. Rejects if one could not be injected or
   * ended.
   */
  heal(): Promise<void>;
  /** The faults that have never applied so far. */
  unused(): UnusedFault[];
  /**
   * Resolves when a fault has ended, by its position in the plan; one without an end of its own, when it has begun. Never
   * rejects.
   */
  lasted(number: number): Promise<void>;
  /** Whether a fault is being injected or ended. */
  isActing(): boolean;
  /** Selects the fault of a request, at the gateway or at the edge. */
  claim: Claim;
}

export interface UnusedFault {
  /** Its position in the plan, from 0. */
  number: number;
  /** Of a fault that matches requests: how many its actor has sent there, by method. */
  sent?: Readonly<Record<string, number>>;
}

export function createNemesis(
  faults: readonly Fault[],
  targets: FaultTargets,
  moments: Moments,
  recorder: Recorder,
  onPhase: (fault: TimedFault, phase: Phase) => void = () => undefined,
): Nemesis {
  const timed = faults.filter((fault) => !isRequestFault(fault));
  const requests = faults.filter(isRequestFault);
  const healing = new AbortController();
  const used = new Set<Fault>();
  const sent = new Map<Fault, Record<string, number>>();
  let acting = 0;
  const act = async <T>(action: Promise<T>): Promise<T> => {
    acting += 1;
    return action.finally(() => (acting -= 1));
  };
  const runFault = faultRunner({ targets, moments, healing, act }, (fault, phase, details) => {
    used.add(fault);
    recorder.record(faultEvent(fault, phase, details));
    onPhase(fault, phase);
  });
  const lives: Promise<void>[] = [];
  const begins: Promise<void>[] = [];

  return {
    async begin(signal) {
      signal.addEventListener('abort', () => healing.abort(OVER), { once: true });
      const atOnce: Promise<void>[] = [];
      for (const fault of timed) {
        const applies = Promise.withResolvers<void>();
        const life = runFault(fault, applies.resolve);
        life.catch(applies.reject);
        lives.push(life);
        begins.push(applies.promise);
        if ('at_ms' in fault.from && fault.from.at_ms === 0) atOnce.push(applies.promise);
        else applies.promise.catch(() => undefined);
      }
      await Promise.all(atOnce);
    },
    async heal() {
      healing.abort(OVER);
      const ends = await Promise.allSettled(lives);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    claim(request) {
      if (healing.signal.aborted) return undefined;
      for (const each of requests) if (!used.has(each) && isFor(each, request)) count(sent, each, request.method);
      const fault = requests.find(
        (each) =>
          claims(each, request) &&
          (each.match.nth === undefined ||
            each.match.nth === (each.match.method === undefined ? request.nthOfAll : request.nth)),
      );
      if (fault === undefined) return undefined;
      used.add(fault);
      return claimOf(fault);
    },
    unused: () =>
      faults.flatMap((fault, number) => {
        if (used.has(fault)) return [];
        return [isRequestFault(fault) ? { number, sent: sent.get(fault) ?? {} } : { number }];
      }),
    async lasted(number) {
      const fault = faults[number] as TimedFault;
      const awaited = 'until' in fault && fault.until !== undefined ? lives : begins;
      await awaited[timed.indexOf(fault)]?.catch(() => undefined);
    },
    isActing: () => acting > 0,
  };
}

function count(sent: Map<Fault, Record<string, number>>, fault: Fault, method: string): void {
  const counts = sent.get(fault) ?? {};
  counts[method] = (counts[method] ?? 0) + 1;
  sent.set(fault, counts);
}

interface FaultSurroundings {
  targets: FaultTargets;
  moments: Moments;
  healing: AbortController;
  /** Awaits what injects or ends a fault. */
  act<T>(action: Promise<T>): Promise<T>;
}

/** Starts and ends a fault at its moments; calls `onApplied` as soon as it applies, or if it never will. */
function faultRunner(
  { targets, moments, healing, act }: FaultSurroundings,
  note: (fault: TimedFault, phase: Phase, details?: AppliedFault['details']) => void,
): (fault: TimedFault, onApplied: () => void) => Promise<void> {
  return runFault;

  async function runFault(fault: TimedFault, onApplied: () => void): Promise<void> {
    await moments.until(fault.from, healing.signal, fault);
    if (healing.signal.aborted) return onApplied();
    if (!hasField(kindNamed(fault.kind), 'until')) return happen(fault, onApplied);
    const applied = await act(inflictFault(fault, targets));
    note(fault, 'begin', applied.details);
    onApplied();
    if ('until' in fault && fault.until !== undefined) await moments.until(fault.until, healing.signal, fault);
    else if (!healing.signal.aborted) {
      await new Promise((resolve) => healing.signal.addEventListener('abort', resolve, { once: true }));
    }
    await act(applied.end());
    note(fault, 'end');
  }

  /** A fault without duration: it ends as soon as it has been injected. */
  async function happen(fault: TimedFault, done: () => void): Promise<void> {
    note(fault, 'begin');
    await act(inflictFault(fault, targets));
    note(fault, 'end');
    done();
  }
}

function faultEvent(fault: TimedFault, phase: Phase, more: AppliedFault['details'] = {}): EventBody {
  const { kind, from: _from, ...rest } = fault;
  const { until: _until, ...details } = { until: undefined, ...rest };
  return { process: 'nemesis', type: 'info', f: 'fault', fault: kind, phase, ...details, ...more };
}
