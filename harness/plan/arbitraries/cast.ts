/** Deviations from a plan whose actors are known. */
import fc, { type Arbitrary } from 'fast-check';
import type { Deviation } from '../deviations.ts';
import { afterCommit } from '../../faults/drawing.ts';
import type { Site, Version } from '../../faults/fault.ts';
import type { Fault } from '../../faults/fault-registry.ts';
import type { Plan } from '../plan.ts';
import { required } from '../../required.ts';
import { siteDrawings, type FaultDraft } from './fault-drafts.ts';
import { BY_SIMPLICITY, type Limits } from './limits.ts';
import { BENIGN_TAB } from './plan-space.ts';
import { requestDraft } from './request-drafts.ts';
import { cacheDrafts, libraryDrafts } from './cache-drafts.ts';
import { versionIn } from './version-names.ts';
import { oneOfWeighted, type Weighted } from './weighted.ts';

export function deviationsOf(cast: Plan, limits: Limits): Arbitrary<Deviation> {
  const own = { ...limits, databases: databasesOf(cast, limits) };
  const choices = [...faultChoices(cast, own), ...otherChoices(cast, own)];
  // If the limits allow no deviation, draw one that changes nothing.
  return oneOfWeighted(choices) ?? fc.constant({ kind: 'routing', routing: cast.topology.routing });
}

type Choice = Weighted<Deviation>;

function namesOf(cast: Plan) {
  return {
    workers: cast.generations.map(({ worker }) => worker),
    sessions: cast.observers.map(({ session }) => session),
    replicas: Array.from({ length: cast.topology.replicas }, (_, at) => `replica-${at + 1}`),
  };
}

/** The databases that exist, without the primary if all reads go there anyway. */
function databasesOf(cast: Plan, { kinds }: Limits): readonly string[] {
  const { replicas } = namesOf(cast);
  const goAnyway = cast.topology.routing === 'primary-only' && !kinds.has('routing');
  return replicas.length > 0 && goAnyway ? replicas : [...replicas, 'primary'];
}

function versionsOf(cast: Plan): Arbitrary<Version> {
  return fc
    .tuple(fc.nat({ max: cast.generations.length - 1 }), fc.nat({ max: 10 }))
    .map(([at, step]) => versionIn(cast.generations, at, step));
}

function faultChoices(cast: Plan, limits: Limits): Choice[] {
  const { workers, sessions, replicas } = namesOf(cast);
  const stories = [...new Set(cast.generations.map(({ story }) => story))];
  const asked = sessions.length === 0 ? undefined : requestDraft(['GET', 'POST'], limits, { isOfTab: true });
  const written = requestDraft(['PATCH', 'POST', 'GET'], limits);
  const site: Arbitrary<Site> = fc
    .record({
      replica: oneOf(replicas),
      instance: fc.integer({ min: 1, max: cast.topology.instances }),
      actor: oneOf([...sessions, ...workers]),
      session: oneOf(sessions),
      version: versionsOf(cast),
    })
    .map((drawn) => ({ ...drawn, stories, before: drawn.version, moment: afterCommit(drawn.version) }));
  const at = (weight: number, drafts: readonly Weighted<FaultDraft>[]): Choice[] => {
    const draft = oneOfWeighted(drafts);
    return draft === undefined
      ? []
      : [
          fault(
            weight,
            fc.tuple(draft, site).map(([make, target]) => make(target)),
          ),
        ];
  };
  return [
    ...(asked === undefined
      ? []
      : [
          fault(
            4,
            fc.tuple(asked, oneOf(sessions)).map(([make, actor]) => make(actor)),
          ),
        ]),
    ...(written === undefined
      ? []
      : [
          fault(
            3,
            fc.tuple(written, oneOf(workers)).map(([make, actor]) => make(actor)),
          ),
        ]),
    ...(replicas.length === 0 ? [] : at(3, siteDrawings(['replica'], 'commit', limits))),
    ...(replicas.length === 0 ? [] : at(2, siteDrawings(['replica'], 'start', limits))),
    ...at(1, siteDrawings(['instance'], 'start', limits)),
    ...at(1, siteDrawings(['instance'], 'commit', limits)),
    ...at(2, siteDrawings(['actor'], 'commit', limits)),
    ...(sessions.length === 0 ? [] : at(limits.hasStreams === true ? 6 : 1, siteDrawings(['tab'], 'commit', limits))),
  ];
}

function fault(weight: number, arbitrary: Arbitrary<Fault>): Choice {
  return { weight, arbitrary: arbitrary.map((each) => ({ kind: 'fault', fault: each })) };
}

function otherChoices(cast: Plan, { kinds, lags }: Limits): Choice[] {
  const { workers, sessions, replicas } = namesOf(cast);
  const [worker, session, version] = [oneOf(workers), oneOf(sessions), versionsOf(cast)];
  const stall = fc.record({ worker, step: fc.integer({ min: 1, max: 10 }), stall_ms: fc.constantFrom(...lags) });
  const stepError = fc.record({ worker, step: fc.integer({ min: 1, max: 10 }) });
  const choices: [name: string, isPossible: boolean, arbitrary: Arbitrary<Deviation>][] = [
    ['stall', true, stall.map((each) => ({ kind: 'stall', ...each }))],
    ['step-error', true, stepError.map((each) => ({ kind: 'step-error', ...each }))],
    ['overlap', sessions.length > 0, session.map((each) => ({ kind: 'overlap', session: each }))],
    ['forget', sessions.length > 0, session.map((each) => ({ kind: 'forget', session: each }))],
    [
      'routing',
      replicas.length > 0,
      fc.constantFrom(...BY_SIMPLICITY).map((routing) => ({ kind: 'routing', routing })),
    ],
    ['rerun', true, version.map((each) => rerunOf(cast, each))],
    ['tab', true, version.map((each) => tabOf(cast, each))],
    ['cache', true, cacheDrafts().map((cache) => ({ kind: 'cache', cache }))],
    [
      'library',
      sessions.length > 0,
      fc.record({ session, library: libraryDrafts() }).map((each) => ({ kind: 'library', ...each })),
    ],
  ];
  return choices.flatMap(([name, isPossible, arbitrary]) =>
    isPossible && kinds.has(name) ? [{ weight: 1, arbitrary }] : [],
  );
}

function oneOf(names: readonly string[]): Arbitrary<string> {
  return names.length === 0 ? fc.constant('') : fc.constantFrom(...names);
}

/** All reruns of a story have the same worker name, so at most one of them is applied. */
function rerunOf(cast: Plan, { key, generation, progress }: Version): Deviation {
  const { steps, instance } = required(
    cast.generations.find(({ story }) => story === key),
    key,
  );
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
