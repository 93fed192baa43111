/** Lets the faults of a plan start and end at their moments, and notes each in the history. */
import {
  claims,
  claimOf,
  hasField,
  applyFault,
  isRequestFault,
  kindNamed,
  type Fault,
  type TimedFault,
} from '../faults/fault-registry.ts';
import type { Claim } from '../gateway/claim.ts';
import type { AppliedFault, FaultTargets } from '../port/fault-targets.ts';
import { OVER, type Moments } from '../recording/moments.ts';
import type { Recorder } from '../recording/recorder.ts';

export interface Nemesis {
  /** Resolves when every fault of the beginning applies. Rejects if one cannot be injected. */
  begin(signal: AbortSignal): Promise<void>;
  /** Ends every fault; resolves when none applies any more. Rejects if one could not be injected or ended. */
  heal(): Promise<void>;
  /** Of a request, at the gateway or at the edge. */
  claim: Claim;
}

export function createNemesis(
  faults: readonly Fault[],
  targets: FaultTargets,
  moments: Moments,
  recorder: Recorder,
): Nemesis {
  const timed = faults.filter((fault) => !isRequestFault(fault));
  const requests = faults.filter(isRequestFault);
  const healing = new AbortController();
  const live = lifeOf(targets, moments, recorder, healing);
  const lives: Promise<void>[] = [];

  return {
    async begin(signal) {
      signal.addEventListener('abort', () => healing.abort(OVER), { once: true });
      const atOnce: Promise<void>[] = [];
      for (const fault of timed) {
        const holds = Promise.withResolvers<void>();
        const life = live(fault, holds.resolve);
        life.catch(holds.reject);
        lives.push(life);
        if ('at_ms' in fault.from && fault.from.at_ms === 0) atOnce.push(holds.promise);
        else holds.promise.catch(() => undefined);
      }
      await Promise.all(atOnce);
    },
    async heal() {
      healing.abort(OVER);
      const ends = await Promise.allSettled(lives);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    claim(request) {
      const fault = requests.find(
        (each) =>
          claims(each, request) &&
          (each.match.nth === undefined ||
            each.match.nth === (each.match.method === undefined ? request.nthOfAll : request.nth)),
      );
      if (fault === undefined) return undefined;
      return claimOf(fault);
    },
  };
}

/** Lets a fault start and end at its moments; `holds` is called as soon as it applies, or if it never will. */
function lifeOf(
  targets: FaultTargets,
  moments: Moments,
  recorder: Recorder,
  healing: AbortController,
): (fault: TimedFault, holds: () => void) => Promise<void> {
  return live;

  async function live(fault: TimedFault, holds: () => void): Promise<void> {
    await moments.until(fault.from, healing.signal);
    if (healing.signal.aborted) return holds();
    if (!hasField(kindNamed(fault.kind), 'until')) return happen(fault, holds);
    const applied = await applyFault(fault, targets);
    note(fault, 'begin', applied.details);
    holds();
    if ('until' in fault && fault.until !== undefined) await moments.until(fault.until, healing.signal);
    else if (!healing.signal.aborted) {
      await new Promise((resolve) => healing.signal.addEventListener('abort', resolve, { once: true }));
    }
    await applied.end();
    note(fault, 'end');
  }

  /** What happens at one moment is over when it is done. */
  async function happen(fault: TimedFault, done: () => void): Promise<void> {
    note(fault, 'begin');
    await applyFault(fault, targets);
    note(fault, 'end');
    done();
  }

  function note(fault: TimedFault, phase: 'begin' | 'end', more: AppliedFault['details'] = {}): void {
    const { kind, from: _from, ...rest } = fault;
    const { until: _until, ...details } = { until: undefined, ...rest };
    recorder.record({ process: 'nemesis', type: 'info', f: 'fault', fault: kind, phase, ...details, ...more });
  }
}
