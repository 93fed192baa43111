/** Deviations from a plan whose actors are known. */
import fc, { type Arbitrary } from 'fast-check';
import type { Deviation } from '../deviations.ts';
import type { Fault } from '../faults.ts';
import type { Plan } from '../plan.ts';
import { befallReplica, replicaFaultDraft, skewDraft, skewedClock, timedLag } from './fault-drafts.ts';
import { BY_SIMPLICITY, type Limits } from './limits.ts';
import { befall, requestDraft } from './requests.ts';
import { BENIGN_TAB } from './plan-space.ts';
import { afterCommit, versionIn, type Version } from './version-names.ts';

export function deviationsOf(cast: Plan, limits: Limits): Arbitrary<Deviation> {
  const { kinds, lags } = limits;
  const workers = cast.generations.map(({ worker }) => worker);
  const sessions = cast.observers.map(({ session }) => session);
  const replicas = Array.from({ length: cast.topology.replicas }, (_, at) => `replica-${at + 1}`);
  const choices: { weight: number; arbitrary: Arbitrary<Deviation> }[] = [];
  const offer = (weight: number, isAllowed: boolean, arbitrary: () => Arbitrary<Deviation>): void => {
    if (isAllowed) choices.push({ weight, arbitrary: arbitrary() });
  };
  const asked = requestDraft(['GET', 'POST'], limits);
  const written = requestDraft(['PATCH', 'POST', 'GET'], limits);
  const struck = replicaFaultDraft(limits);
  const skew = skewDraft(limits);
  const instance = fc.integer({ min: 1, max: cast.topology.instances });
  const version = fc
    .tuple(fc.nat({ max: workers.length - 1 }), fc.nat({ max: 10 }))
    .map(([at, step]) => versionIn(cast.generations, at, step));
  // Where there is none to choose from, what needs one is not offered.
  const [session, worker, replica] = [oneOf(sessions), oneOf(workers), oneOf(replicas)];
  const fault = (arbitrary: Arbitrary<Fault>): Arbitrary<Deviation> =>
    arbitrary.map((each) => ({ kind: 'fault', fault: each }));

  const hasReplicas = replicas.length > 0;
  const hasTabs = sessions.length > 0;
  offer(4, hasTabs && asked !== undefined, () =>
    fc.tuple(session, asked!).map(([actor, draft]) => befall(actor, draft)),
  );
  offer(3, written !== undefined, () => fc.tuple(worker, written!).map(([actor, draft]) => befall(actor, draft)));
  offer(3, hasReplicas && struck !== undefined, () =>
    fault(fc.tuple(replica, version, struck!).map((each) => befallReplica(...each))),
  );
  offer(2, hasReplicas && kinds.has('lag-timed'), () =>
    fault(fc.tuple(replica, fc.constantFrom(...lags)).map((each) => timedLag(...each))),
  );
  offer(1, kinds.has('stall'), () =>
    fc
      .record({ worker, step: fc.integer({ min: 1, max: 10 }), stall_ms: fc.constantFrom(...lags) })
      .map((each) => ({ kind: 'stall', ...each })),
  );
  offer(1, hasTabs && kinds.has('overlap'), () => session.map((each) => ({ kind: 'overlap', session: each })));
  offer(1, hasTabs && kinds.has('forget'), () => session.map((each) => ({ kind: 'forget', session: each })));
  offer(1, hasReplicas && kinds.has('routing'), () =>
    fc.constantFrom(...BY_SIMPLICITY).map((routing) => ({ kind: 'routing', routing })),
  );
  offer(1, skew !== undefined, () => fault(fc.tuple(instance, skew!).map((each) => skewedClock(...each))));
  offer(1, kinds.has('rerun'), () => version.map((each) => rerunOf(cast, each)));
  offer(1, kinds.has('tab'), () => version.map((each) => tabOf(cast, each)));
  return choices.length === 0 ? fc.constant({ kind: 'routing', routing: cast.topology.routing }) : fc.oneof(...choices);
}

function oneOf(names: readonly string[]): Arbitrary<string> {
  return names.length === 0 ? fc.constant('') : fc.constantFrom(...names);
}

/** Its first rerun bears the name `rerun-1`; a second of the same name would do nothing. */
function rerunOf(cast: Plan, { key, generation, progress }: Version): Deviation {
  const { steps, instance } = cast.generations.find(({ story }) => story === key)!;
  const start = { ...afterCommit({ key, generation, progress }), plus_ms: 50, within_ms: 20_000 };
  return {
    kind: 'rerun',
    generation: { worker: `rerun-of-${key}`, story: key, instance, start, steps, outcome: 'completed' },
  };
}

function tabOf(cast: Plan, version: Version): Deviation {
  const like = cast.observers[0] ?? { every_ms: 100, instance: 1 };
  const start = afterCommit(version);
  const observer = {
    ...BENIGN_TAB,
    session: `late-tab-${version.key}`,
    story: version.key,
    instance: like.instance,
    every_ms: like.every_ms,
    start,
  };
  return { kind: 'tab', observer };
}
