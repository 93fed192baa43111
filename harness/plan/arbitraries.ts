/**
 * fast-check arbitraries of plans: a benign base and a few deviations from it. Values shrink towards small and benign
 * plans: fewer actors, fewer deviations, shorter times, the first item of every list of choices.
 */
import fc, { type Arbitrary } from 'fast-check';
import { cacheDrafts } from './arbitraries/cache-drafts.ts';
import { deviationsOf } from './arbitraries/cast.ts';
import { mostlyOne, rarely, rarelyOne, replicaDrafts, storyDraft } from './arbitraries/drafts.ts';
import { faultDraft } from './arbitraries/fault-drafts.ts';
import { limitsOf, MOSTLY_REPLICAS } from './arbitraries/limits.ts';
import { buildSpace } from './arbitraries/plan-space.ts';
import type { Variation } from './arbitraries/variation.ts';
import { deviationKinds, ordinaryKinds, type DeviationKind } from './deviations.ts';
import { hasStreams } from './plan.ts';
import type { Range } from './range.ts';
import { planOf, type Parameters, type Scenario } from './scenario.ts';

export { PLAN_SPACE } from './arbitraries/plan-space.ts';
export { planOfVariation, type Variation } from './arbitraries/variation.ts';

/** The range of a scenario: deviations from its benign base (default: its plan), with the actors of that base. */
export function scenarioVariations(scenario: Scenario, parameters: Parameters): Arbitrary<Variation> {
  const benign: Scenario = { ...scenario, plan: scenario.explore?.base ?? scenario.plan };
  const range = scenario.explore?.range ?? {};
  const cast = planOf(benign, 0, parameters);
  const deviation = deviationsOf(cast, { ...limitsOf(range, ordinaryKinds), hasStreams: hasStreams(cast) });
  const most = range.deviationsMax ?? 6;
  return fc
    .record({
      deviations: fc.array(deviation, { minLength: Math.min(2, most), maxLength: most, size: 'max' }),
      // A smaller seed does not make a smaller plan.
      seed: fc.noShrink(fc.nat({ max: 999 })),
    })
    .map(({ seed, deviations }) => ({ base: planOf(benign, seed, parameters), deviations }));
}

/**
 * The whole plan space: stories with several generations that are abandoned, restarted and raced, watched by tabs on
 * several instances, with replicas and every fault. Each deviation belongs to the actor that it applies to.
 * @param kinds those of a range that names none
 */
export function planSpace(range: Range = {}, kinds: readonly DeviationKind[] = deviationKinds): Arbitrary<Variation> {
  const { windows, ...others } = limitsOf(range, kinds);
  // Most often as long as it takes until a tab polls.
  const limits = { ...others, windows: [...windows, ...windows.filter((ms) => ms >= 1_000)] };
  return fc
    .record({
      // fast-check shrinks in this order: the most expensive parts come first.
      stories: mostlyOne(storyDraft(range, limits), range.storiesMax ?? 4),
      replicas: replicaDrafts(limits, range.replicasMax ?? 3),
      instances: fc.integer({ min: 1, max: range.instancesMax ?? 3 }),
      instanceFaults: rarelyOne(faultDraft(['instance'], 'start', limits)),
      losesCommits: range.deviations?.includes('promotion') === true ? fc.constant(true) : rarely,
      routing: fc.constantFrom(...(range.routings ?? MOSTLY_REPLICAS)),
      watch_on_ms: fc.constantFrom(0, 500, 1_000, 2_500, 2_500),
      seed: fc.noShrink(fc.nat({ max: 999 })),
      caches: limits.kinds.has('cache') ? fc.array(cacheDrafts(), { maxLength: 2 }) : fc.constant([]),
    })
    .map(buildSpace);
}
