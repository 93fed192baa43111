/** All choices of a run: the alphabet of an exhaustive search. */
import { isRequestFault, type Fault } from '../../faults/fault-registry.ts';
import { referencesOf } from '../../faults/references.ts';
import type { Subject } from '../../port/subject.ts';
import { capabilitiesOf } from '../../runner/requirements.ts';
import { actorChoices, type ActorCapabilities } from './actor-choices.ts';
import type { Choice } from './choice.ts';
import { clockChoices, databaseChoices, momentaryChoices } from './database-choices.ts';
import { APART_NS, DELAY_MS_MAX, delaysOf } from './delay-classes.ts';
import type { Probe } from './probe.ts';
import { lateChoices, latenessesOf, matchable, requestChoices, type Lateness } from './request-choices.ts';

export interface ChoiceCapabilities extends ActorCapabilities {
  restart: boolean;
  skew: boolean;
}

/** @param base the run of the base */
export function choiceCapabilities(subject: Subject, base: Probe): ChoiceCapabilities {
  const capabilities = capabilitiesOf(subject);
  return {
    steps: !base.hasOwnSteps,
    rerun: capabilities.includes('story-rerun'),
    restart: capabilities.includes('instance-restart'),
    skew: capabilities.includes('clock-skew'),
  };
}

/** A group of choices that differ only in a delay, or one choice. */
export type Family = { lateness: Lateness; choices: Choice[] } | { lateness?: undefined; choices: [Choice] };

/**
 * In turn by kind: the first family of each kind, then the second of each, …
 * @param own the faults of the base, which no choice may meet
 */
export function familiesOf(probe: Probe, can: ChoiceCapabilities, own: readonly Fault[]): Family[] {
  const isFree = ({ choices: [first] }: Family): boolean => first === undefined || !meets(first, own);
  const late = latenessesOf(probe).map((lateness): Family => ({
    lateness,
    choices: lateChoices(lateness, delaysOf(probe, lateness.request)),
  }));
  const others = [
    ...requestChoices(probe),
    ...databaseChoices(probe),
    ...momentaryChoices(probe, can),
    ...(can.skew ? clockChoices(probe) : []),
    ...actorChoices(probe, can),
  ];
  const families = [...late, ...others.map((each): Family => ({ choices: [each] }))];
  return inTurn(Map.groupBy(families.filter(isFree), ({ choices: [first] }) => first?.kind ?? 'http-delay').values());
}

/** Whether a fault of the base is of the same kind and acts on the same request, replica, instance or actor. */
function meets({ change }: Choice, own: readonly Fault[]): boolean {
  return change.deviations.some(
    (deviation) => deviation.kind === 'fault' && own.some((fault) => isSameTarget(fault, deviation.fault)),
  );
}

function isSameTarget(one: Fault, other: Fault): boolean {
  if (isRequestFault(one) && isRequestFault(other)) return JSON.stringify(one.match) === JSON.stringify(other.match);
  const [a, b] = [one, other].map(referencesOf);
  return one.kind === other.kind && JSON.stringify(a) === JSON.stringify(b);
}

/** All items, the first of each list before the second of any. */
export function inTurn<T>(lists: Iterable<readonly T[]>): T[] {
  const all = [...lists];
  const length = Math.max(0, ...all.map((list) => list.length));
  return Array.from({ length }, (_, at) => all.flatMap((list) => list.slice(at, at + 1))).flat();
}

/** What the alphabet does not contain of this base, in words. */
export function leftOutOf(probe: Probe, can: ChoiceCapabilities): string[] {
  const missing = probe.requests.length - matchable(probe).length + probe.unattributed;
  const close = closePairs(probe);
  return [
    'promotion, page reloads, tabs that go to another story, frozen or partitioned replicas, faults between a tab and the application',
    'two deviations of one request or replica lag, two bursts of one actor',
    `delays of more than ${DELAY_MS_MAX / 1e3} s`,
    ...(can.steps ? [] : ['stalls and early ends of generations, since the application decides on its steps']),
    ...(can.rerun ? [] : ['further generations of a story, since its table has no column for them']),
    ...(can.restart ? [] : ['restarts of instances']),
    ...(can.skew ? [] : ['wrong clocks']),
    ...(missing === 0 ? [] : [`${missing} requests that no fault can match`]),
    ...(close === 0 ? [] : [`the other order of ${close} pair(s) of events less than ${APART_NS / 1e6} ms apart`]),
  ];
}

/** Pairs of neighbouring commits and requests of different actors, whose order depends on latencies alone. */
function closePairs({ commits, requests }: Probe): number {
  const events = [
    ...commits.map(({ at }) => ({ at, who: undefined })),
    ...requests.map(({ at, actor }) => ({ at, who: actor })),
  ].sort((a, b) => a.at - b.at);
  return events.filter((event, index) => {
    const next = events[index + 1];
    return next !== undefined && next.at > event.at && next.at - event.at < APART_NS && next.who !== event.who;
  }).length;
}
