/**
 * Enumerates and tries the plans with one or two deviations from a base, synchronously, in the calling thread. What it
 * returns depends only on the base and the application, so any thread gives the same.
 */
import type { Plan } from '../../plan/plan.ts';
import type { Failing } from '../trial.ts';
import { applyChange, follows, type Change, type Choice } from './choice.ts';
import { familiesOf, inTurn, leftOutOf, type ChoiceCapabilities, type Family } from './choices.ts';
import type { Probe, RunProbe } from './probe.ts';
import { lateChoices, type Lateness } from './request-choices.ts';
import { DELAY_MS_MAX, delaysWithin } from './delay-classes.ts';

export interface Tried {
  failing?: Failing;
  /** Why it tested nothing, if so. */
  untestedReason?: string;
  /** No row was committed, e.g. because the start of its only generation was lost. */
  isIdle?: true;
  trace: number;
}

/** A plan with one deviation. */
export interface TriedFirst extends Tried {
  choice: Choice;
  /** How many second deviations follow, by kind, in turn. */
  seconds: Readonly<Record<string, number>>;
}

/** The second deviations of one kind that follow a first one. */
export interface Unit {
  first: Choice;
  kind: string;
}

/** The plans of a unit up to the first that is violated. */
export interface TriedUnit {
  runs: number;
  traces: number[];
  /** Plans in which no row was committed. */
  idle: number;
  untested: number;
  untestedReason?: string;
  /** Plans that could not be judged, and the first of them. */
  broken: number;
  firstBroken?: FailedPlan;
  violated?: FailedPlan;
}

export interface FailedPlan {
  plan: Plan;
  failing: Failing;
}

export interface BaseFacts extends Tried {
  /** Number of families of first deviations. */
  families: number;
  leftOut: readonly string[];
}

export interface EnumeratorOptions {
  base: Plan;
  capabilitiesOf(base: Probe): ChoiceCapabilities;
  run: RunProbe;
}

/** First deviations whose second ones are kept. */
const KEPT_CHOICES_MAX = 300_000;

export class Enumerator {
  readonly #options: EnumeratorOptions;
  readonly #kept = new Map<string, { plan: Plan; byKind: Map<string, Choice[]> }>();
  #keptChoices = 0;
  #base: { probe: Probe; can: ChoiceCapabilities; families: Family[] } | undefined;

  constructor(options: EnumeratorOptions) {
    this.#options = options;
  }

  facts(): BaseFacts {
    const { probe, can, families } = this.#opened();
    return { ...triedOf(probe), families: families.length, leftOut: leftOutOf(probe, can) };
  }

  /**
   * Tries the first deviations of some families.
   * @param withSeconds whether to count the second deviations of each
   */
  first(from: number, to: number, withSeconds: boolean): TriedFirst[] {
    return this.#opened()
      .families.slice(from, to)
      .flatMap((family) => this.#tryFamily(family, withSeconds));
  }

  second({ first, kind }: Unit): TriedUnit {
    const { plan, byKind } = this.#secondsOf(first);
    const tried: TriedUnit = { runs: 0, traces: [], idle: 0, untested: 0, broken: 0 };
    for (const choice of byKind.get(kind) ?? []) {
      const probe = this.#options.run(applyChange(plan, choice.change));
      const failed = probe.failing && { plan: probe.plan, failing: probe.failing };
      tried.runs += 1;
      tried.traces.push(probe.trace);
      if (probe.commits.length === 0) tried.idle += 1;
      if (probe.untestedReason !== undefined) {
        tried.untested += 1;
        tried.untestedReason ??= probe.untestedReason;
      }
      if (failed?.failing.kind === 'violation') return { ...tried, violated: failed };
      if (failed !== undefined) {
        tried.broken += 1;
        tried.firstBroken ??= failed;
      }
    }
    return tried;
  }

  #opened(): { probe: Probe; can: ChoiceCapabilities; families: Family[] } {
    if (this.#base === undefined) {
      const probe = this.#options.run(this.#options.base);
      const can = this.#options.capabilitiesOf(probe);
      this.#base = { probe, can, families: familiesOf(probe, can, this.#options.base.faults) };
    }
    return this.#base;
  }

  #tryFamily({ choices, lateness }: Family, withSeconds: boolean): TriedFirst[] {
    const all = lateness === undefined ? choices : lateChoices(lateness, this.#delaysOf(lateness));
    return all.map((choice) => {
      const probe = this.#runWith(choice.change);
      return { ...triedOf(probe), choice, seconds: withSeconds ? this.#countSeconds(choice, probe) : {} };
    });
  }

  /** Past what happens while it is late, e.g. the retries that its lateness causes. */
  #delaysOf(lateness: Lateness): number[] {
    const [longest] = lateChoices(lateness, [DELAY_MS_MAX]);
    return longest === undefined ? [] : delaysWithin(this.#runWith(longest.change), lateness.request);
  }

  #runWith(change: Change): Probe {
    return this.#options.run(applyChange(this.#options.base, change));
  }

  /** A plan that fails is not extended. */
  #countSeconds(first: Choice, probe: Probe): Record<string, number> {
    if (probe.failing !== undefined) return {};
    const { byKind } = this.#keep(first, probe);
    return Object.fromEntries([...byKind].map(([kind, choices]) => [kind, choices.length]));
  }

  #secondsOf(first: Choice): { plan: Plan; byKind: Map<string, Choice[]> } {
    return this.#kept.get(JSON.stringify(first.change)) ?? this.#keep(first, this.#runWith(first.change));
  }

  #keep(first: Choice, probe: Probe): { plan: Plan; byKind: Map<string, Choice[]> } {
    const all = familiesOf(probe, this.#opened().can, this.#options.base.faults).flatMap(
      ({ choices }): Choice[] => choices,
    );
    const seconds = all.filter((choice) => follows(choice, first));
    const entry = { plan: probe.plan, byKind: Map.groupBy(seconds, ({ kind }): string => kind) };
    if (this.#keptChoices > KEPT_CHOICES_MAX) {
      this.#kept.clear();
      this.#keptChoices = 0;
    }
    this.#kept.set(JSON.stringify(first.change), entry);
    this.#keptChoices += seconds.length;
    return entry;
  }
}

/** Units in turn by pairs of kinds, so that each pair is tried early. */
export function unitsOf(firsts: readonly TriedFirst[]): (Unit & { plans: number })[] {
  const pairs = new Map<string, (Unit & { plans: number })[]>();
  for (const { choice, seconds } of firsts) {
    for (const [kind, plans] of Object.entries(seconds)) {
      const pair = `${choice.kind} ${kind}`;
      const units = pairs.get(pair);
      const unit = { first: choice, kind, plans };
      if (units === undefined) pairs.set(pair, [unit]);
      else units.push(unit);
    }
  }
  return inTurn(pairs.values());
}

function triedOf({ failing, untestedReason, trace, commits }: Probe): Tried {
  return {
    trace,
    ...(commits.length === 0 ? { isIdle: true } : {}),
    ...(failing === undefined ? {} : { failing }),
    ...(untestedReason === undefined ? {} : { untestedReason }),
  };
}
