/** A small run of a tab and a worker for tests of the enumeration: a lost or refused request is sent again. */
import type { Fault } from '../../faults/fault-registry.ts';
import { parsePlan, type Plan } from '../../plan/plan.ts';
import type { Failing } from '../trial.ts';
import type { ObservedCommit, ObservedRequest, Probe, RunProbe } from './probe.ts';
import { traceOf } from './trace.ts';

export const fakeBase: Plan = parsePlan(
  {
    plan: 1,
    scenario: 'fake',
    seed: 1,
    generations: [{ worker: 'worker-1', story: 's', steps: [{ progress: 50, after_ms: 100 }] }],
    observers: [{ session: 'tab-1', story: 's', every_ms: 70 }],
    properties: ['monotonic-view'],
  },
  'fake',
);

const RETRY_MS = 20;
const POLLS_MS = [10, 80, 150];
const WRITES_MS = [40, 100];

/** @param fails which plans fail, and how */
export function fakeProbe(fails: (plan: Plan) => Failing | undefined = () => undefined): RunProbe {
  return (plan) => {
    const asked = requestsOf(plan, 'tab-1', 'GET', POLLS_MS);
    const written = requestsOf(plan, 'worker-1', 'PATCH', WRITES_MS);
    const commits = written
      .filter(({ isAnswered }) => isAnswered)
      .map(({ at }, index): ObservedCommit => ({ at: at + 1, key: 's', generation: 1, progress: index * 50 }));
    const reads = asked
      .filter(({ isAnswered }) => isAnswered)
      .map(({ at }) => ({ at: at + 2e6, session: 'tab-1', key: 's', servedBy: 'replica-1' }));
    const events = [...commits, ...reads].map((each, index) => ({
      index,
      time: each.at,
      process: 'session' in each ? each.session : 'db',
      type: 'ok' as const,
      f: 'session' in each ? ('show' as const) : ('commit' as const),
      key: 's',
      // A tab is shown the last commit before.
      value: { generation: 1, progress: commits.findLast(({ at }) => at <= each.at)?.progress ?? 0 },
    }));
    return {
      plan,
      failing: fails(plan),
      untestedReason: undefined,
      trace: traceOf(events),
      requests: [...asked, ...written],
      unattributed: 0,
      hasOwnSteps: false,
      timers: [],
      commits,
      reads,
    } satisfies Probe;
  };
}

function requestsOf(
  { faults }: Plan,
  actor: string,
  method: string,
  timesMs: readonly number[],
): (ObservedRequest & { isAnswered: boolean })[] {
  const requests: (ObservedRequest & { isAnswered: boolean })[] = [];
  let lateMs = 0;
  for (const time of timesMs) {
    for (let isAnswered = false; !isAnswered;) {
      const nth = requests.length + 1;
      const at = (time + lateMs) * 1e6;
      const own = faults.filter((fault) => matches(fault, actor, nth));
      isAnswered = own.every(({ kind }) => kind !== 'http-drop' && kind !== 'http-error');
      if (!isAnswered) lateMs += RETRY_MS;
      for (const fault of own) if (fault.kind === 'http-delay') lateMs += fault.delay_ms;
      requests.push({ actor, operation: `${actor}#${nth}`, method, nth, at, node: 'replica-1', isAnswered });
    }
  }
  return requests;
}

function matches(fault: Fault, actor: string, nth: number): boolean {
  return 'match' in fault && fault.match.actor === actor && fault.match.nth === nth;
}
