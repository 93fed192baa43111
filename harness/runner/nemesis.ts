/** Lets the faults of a plan take hold and heal at their moments, and notes each in the history. */
import type { FaultTargets, Hold } from '../faults/fault.ts';
import { beginFault, inflictFault, isRequestFault } from '../faults/registry.ts';
import type { GatewayOptions } from '../gateway/gateway.ts';
import type { Fault } from '../plan/faults.ts';
import { OVER, type Moments } from '../recording/moments.ts';
import type { Recorder } from '../recording/recorder.ts';

export interface Nemesis {
  /** Resolves when every fault that holds from the beginning has taken hold. Rejects if one cannot be injected. */
  begin(signal: AbortSignal): Promise<void>;
  /** Ends every fault; resolves when all have healed. Rejects if one could not be injected or healed. */
  heal(): Promise<void>;
  claim: GatewayOptions['claim'];
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
    claim({ actor, method, nth, nthOfAll }) {
      const fault = requests.find(
        ({ match }) =>
          match.actor === actor &&
          (match.method === undefined || match.method === method) &&
          (match.nth === undefined || match.nth === (match.method === undefined ? nthOfAll : nth)),
      );
      return fault === undefined ? undefined : inflictFault(fault);
    },
  };

  async function live(fault: (typeof timed)[number], holds: () => void): Promise<void> {
    await moments.until(fault.from, healing.signal);
    if (healing.signal.aborted) return holds();
    const hold = await beginFault(fault, targets);
    note(fault, 'begin', hold.details);
    holds();
    if (fault.until !== undefined) await moments.until(fault.until, healing.signal);
    else if (!healing.signal.aborted) {
      await new Promise((resolve) => healing.signal.addEventListener('abort', resolve, { once: true }));
    }
    await hold.end();
    note(fault, 'end');
  }

  function note(fault: (typeof timed)[number], phase: 'begin' | 'end', more: Hold['details'] = {}): void {
    const { kind, from: _from, until: _until, ...details } = fault;
    recorder.record({ process: 'nemesis', type: 'info', f: 'fault', fault: kind, phase, ...details, ...more });
  }
}
