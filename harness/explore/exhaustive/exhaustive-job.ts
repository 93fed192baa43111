/** The job of an exhaustive search in a form that can be sent to a thread, and the worker that it creates. */
import { UsageError } from '../../errors.ts';
import { parametersOf } from '../../plan/scenario.ts';
import type { Subject } from '../../port/subject.ts';
import { itemAt } from '../../required.ts';
import { openCatalogue, type Catalogue } from '../../runner/catalogue.ts';
import { prepareSimulation } from '../../runner/prepare-simulation.ts';
import { capabilitiesOf } from '../../runner/requirements.ts';
import { inMacrotask, simulateBatch } from '../../simulation/simulate.ts';
import { suggestionOf } from '../../suggestion.ts';
import { baseNames, PACES_OF_BASES, REFERENCE, referenceBase, scenarioBase, smallBase, type Base } from './bases.ts';
import { choiceCapabilities } from './choices.ts';
import { Enumerator } from './enumerator.ts';
import type { ExhaustiveWorker } from './exhaust.ts';
import { probeOf } from './probe.ts';

export interface BaseChoice {
  /** The name of a small base or of a scenario. */
  name: string;
  set: Readonly<Record<string, string>>;
  /** The properties to judge instead of those of the base. */
  properties: readonly string[] | undefined;
  /** The order of events depends on it, since it determines the latencies. */
  seed: number;
}

export interface ExhaustiveJob {
  /** The folder in which the catalogue is opened. */
  folder: string;
  /** The name of a subject, or the path of its file. */
  subject: string;
  bases: readonly BaseChoice[];
}

/** @throws UsageError for a name that no small base and no scenario has, and a base that the subject cannot run */
export async function loadBase(
  catalogue: Pick<Catalogue, 'loadScenario' | 'scenarioNames'>,
  { name, set, properties, seed }: BaseChoice,
  subject: Subject,
): Promise<Base> {
  const known = name === REFERENCE ? referenceBase(seed) : smallBase(name, seed);
  const base = known ?? (await baseOfScenario(catalogue, { name, set, seed }));
  return judgedBase(base, properties, subject);
}

/**
 * The base with the properties to judge instead of its own, if any are given.
 * @throws UsageError for a base that the subject cannot run
 */
export function judgedBase(base: Base, properties: readonly string[] | undefined, subject: Subject): Base {
  const stories = base.plan.generations.map(({ story }) => story);
  const isRerun = new Set(stories).size < stories.length;
  if (isRerun && !capabilitiesOf(subject).includes('story-rerun')) {
    throw new UsageError(
      'base-unsupported',
      `the base ${base.name} generates a story twice, and the subject ${subject.name} has no column for the generation`,
      `possible: ${baseNames(1, false).join(', ')}`,
    );
  }
  return properties === undefined ? base : { ...base, plan: { ...base.plan, properties: [...properties] } };
}

async function baseOfScenario(
  catalogue: Pick<Catalogue, 'loadScenario' | 'scenarioNames'>,
  { name, set, seed }: Omit<BaseChoice, 'properties'>,
): Promise<Base> {
  const { scenarioNames } = catalogue;
  if (!scenarioNames.includes(name)) {
    const known = [...baseNames(PACES_OF_BASES), REFERENCE, ...scenarioNames];
    throw new UsageError('base-unknown', `no base or scenario is called "${name}"`, suggestionOf(name, known));
  }
  const scenario = await catalogue.loadScenario(name);
  return scenarioBase(scenario, seed, parametersOf(scenario, set));
}

/** The enumerators of the bases, each made when it is first needed. */
export function enumeratorsOf({ folder, subject: name, bases }: ExhaustiveJob): (base: number) => Promise<Enumerator> {
  const opened = openCatalogue(folder).then(async (catalogue) => ({
    catalogue,
    subject: await catalogue.loadSubject(name),
  }));
  // The first call reports the error.
  opened.catch(() => undefined);
  const known = new Map<number, Promise<Enumerator>>();
  const open = async (base: number): Promise<Enumerator> => {
    const { catalogue, subject } = await opened;
    return enumeratorOf(await loadBase(catalogue, itemAt(bases, base), subject), subject);
  };
  return (base) => {
    const enumerator = known.get(base) ?? open(base);
    // A search has one base after the other.
    if (!known.has(base)) known.clear();
    known.set(base, enumerator);
    return enumerator;
  };
}

export async function enumeratorOf({ plan }: Base, subject: Subject): Promise<Enumerator> {
  const database = await prepareSimulation(subject);
  return new Enumerator({
    base: plan,
    capabilitiesOf: (probe) => choiceCapabilities(subject, probe),
    run: probeOf(subject, database),
  });
}

/** Tries plans in this thread, which is blocked meanwhile. */
export function localExhaustiveWorker(open: () => Promise<Enumerator>): ExhaustiveWorker {
  const attempt = async <T>(work: (enumerator: Enumerator) => T): Promise<T> => {
    const enumerator = await open();
    return inMacrotask(() => simulateBatch(() => work(enumerator)));
  };
  return {
    facts: () => attempt((enumerator) => enumerator.facts()),
    first: (from, to, withSeconds) => attempt((enumerator) => enumerator.first(from, to, withSeconds)),
    second: (units) => attempt((enumerator) => secondsUpToViolation(enumerator, units)),
  };
}

type Units = Parameters<ExhaustiveWorker['second']>[0];

function secondsUpToViolation(enumerator: Enumerator, units: Units): ReturnType<Enumerator['second']>[] {
  const all: ReturnType<Enumerator['second']>[] = [];
  for (const unit of units) {
    const tried = enumerator.second(unit);
    all.push(tried);
    if (tried.violated !== undefined) break;
  }
  return all;
}
