import fc from 'fast-check';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defineScenario } from '../define/define-scenario.ts';
import { openCatalogue } from '../runner/catalogue.ts';
import { planOfVariation, planSpace, scenarioVariations } from './arbitraries.ts';
import { cuts } from './cuts.ts';
import { deviationKinds, kindOf, type Deviation, type DeviationKind } from './deviations.ts';
import { parsePlan, type Plan } from './plan.ts';
import type { Range } from './range.ts';
import { parametersOf } from './scenario.ts';

const catalogue = await openCatalogue(fileURLToPath(new URL('../../scenarios', import.meta.url)));

/** The plan is valid and has no missing defaults: parsing does not change it. */
function expectValid(plan: Plan): void {
  expect(parsePlan(plan, 'drawn')).toEqual(plan);
}

/** The event from which a fault applies, if it waits for one. */
function startOf(deviation: Deviation): { after: { f: string } } | undefined {
  if (deviation.kind !== 'fault' || !('from' in deviation.fault) || !('after' in deviation.fault.from))
    return undefined;
  const { after, ...rest } = deviation.fault.from;
  return Array.isArray(after) ? undefined : { after, ...rest };
}

/** Whether moves take a tab away from the instance where it began, and back. */
function isBackAt(instance: number, moves: readonly { instance: number }[]): boolean {
  const away = moves.findIndex((move) => move.instance !== instance);
  return away >= 0 && moves.slice(away).some((move) => move.instance === instance);
}

describe('the plan space', () => {
  it('contains only valid plans', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(planSpace(), (variation) => {
        expectValid(variation.base);
        expectValid(planOfVariation(variation));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('contains every kind of deviation and every size', () => {
    const seen = new Set<DeviationKind>();
    let repeated = 0;
    const watchedOn = new Set<number>();
    const moments = new Set<string>();
    let together = 0;
    let lateTabs = 0;
    let promotions = 0;
    const sizes = {
      generations: new Set(),
      stories: new Set(),
      replicas: new Set(),
      instances: new Set(),
      deviations: new Set(),
    };
    for (const { base, deviations } of fc.sample(planSpace(), { seed: 1, numRuns: 1_000 })) {
      for (const deviation of deviations) seen.add(kindOf(deviation));
      sizes.stories.add(new Set(base.generations.map(({ story }) => story)).size);
      for (const own of Map.groupBy(base.generations, ({ story }) => story).values()) sizes.generations.add(own.length);
      if (base.generations.some(({ steps }) => steps.some((step, at) => step.progress === steps[at - 1]?.progress)))
        repeated += 1;
      watchedOn.add(base.watch_on_ms);
      if (base.observers.some(({ start }) => 'after' in start)) lateTabs += 1;
      if (deviations.some((each) => kindOf(each) === 'promotion')) promotions += 1;
      const starts = deviations.flatMap((each) => startOf(each) ?? []);
      for (const { after } of starts) moments.add(after.f);
      if (new Set(starts.map((each) => JSON.stringify(each))).size < starts.length) together += 1;
      sizes.replicas.add(base.topology.replicas);
      sizes.instances.add(base.topology.instances);
      sizes.deviations.add(deviations.length);
    }
    const structural = new Set<DeviationKind>(['routing', 'rerun', 'tab']);
    // Its tabs poll.
    const isOfStream = (kind: string): boolean => kind.startsWith('stream-');
    const drawn = deviationKinds.filter((kind) => !structural.has(kind) && !isOfStream(kind));
    expect([...seen].sort()).toEqual(drawn.sort());
    expect([...sizes.stories].sort()).toEqual([1, 2, 3, 4]);
    expect(sizes.generations).toContain(12);
    expect(repeated).toBeGreaterThan(0);
    expect(together).toBeGreaterThan(0);
    expect(lateTabs).toBeGreaterThan(100);
    // They leave less to judge.
    expect(promotions).toBeLessThan(150);
    expect([...moments].sort()).toEqual(['commit', 'show']);
    expect([...watchedOn].sort((a, b) => a - b)).toEqual([0, 500, 1_000, 2_500]);
    expect([...sizes.replicas].sort()).toEqual([0, 1, 2, 3]);
    expect([...sizes.instances].sort()).toEqual([1, 2, 3]);
    expect(sizes.deviations).toContain(0);
  });

  it('contains what one fault would hide of another', () => {
    const counts = { everyReplica: 0, comesBack: 0, stays: 0, late: 0 };
    for (const { base, deviations } of fc.sample(planSpace(), { seed: 1, numRuns: 1_000 })) {
      const faults = deviations.flatMap((each) => (each.kind === 'fault' ? [each.fault] : []));
      const { replicas } = base.topology;
      const held = faults.filter((fault) => fault.kind === 'lag' && fault.mode === 'exact');
      const together = Map.groupBy(held, ({ hold_at }) => JSON.stringify(hold_at)).values();
      if (replicas > 1 && [...together].some((some) => new Set(some.map(({ replica }) => replica)).size === replicas))
        counts.everyReplica += 1;
      const moves = Map.groupBy(
        faults.filter((fault) => fault.kind === 'tab-move'),
        ({ session }) => session,
      );
      if (base.observers.some((tab) => isBackAt(tab.instance, moves.get(tab.session) ?? []))) counts.comesBack += 1;
      const shown = faults.flatMap((fault) => startOf({ kind: 'fault', fault })?.after ?? []);
      const isStall = (each: Deviation) => each.kind === 'stall' && each.stall_ms === 1_000;
      if (shown.some(({ f }) => f === 'show') && deviations.some(isStall)) counts.stays += 1;
      const ends = base.generations.map(({ worker, steps }) => ({ worker, last: steps.length }));
      const isLate = ({ worker, last }: (typeof ends)[number]): boolean =>
        faults.some(
          (fault) =>
            fault.kind === 'http-late' &&
            fault.match.actor === worker &&
            fault.match.method === 'PATCH' &&
            fault.match.nth! > last - 3 &&
            fault.match.nth! <= last,
        );
      if (ends.some(isLate)) counts.late += 1;
    }
    expect(counts.everyReplica).toBeGreaterThan(50);
    expect(counts.comesBack).toBeGreaterThan(100);
    expect(counts.stays).toBeGreaterThan(250);
    expect(counts.late).toBeGreaterThan(250);
  });

  it('judges what every application can guarantee under the plan', () => {
    const always = ['monotonic-view', 'integrity'];
    const withoutPromotion = ['monotonic-commits', 'ownership', 'completion', 'convergence', 'availability'];
    fc.assert(
      fc.property(planSpace(), ({ base, deviations }) => {
        const kinds = deviations.map(kindOf);
        const wanted = [
          ...always,
          ...(kinds.includes('promotion') ? [] : withoutPromotion),
          ...(kinds.includes('forget') ? [] : ['monotonic-reads']),
        ];
        expect([base.properties, base.bounds]).toEqual([wanted, { final_look_answered: true }]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('stays within the range that it is given', () => {
    const range = {
      deviations: ['lag-timed'],
      lagMsMax: 2_500,
      generationsMax: 1,
      storiesMax: 1,
      tabsMax: 1,
      replicasMax: 1,
      instancesMax: 1,
      routings: ['round-robin'],
    } as const;
    fc.assert(
      fc.property(planSpace(range), (variation) => {
        const { topology, generations, observers, faults } = planOfVariation(variation);
        expect(topology).toMatchObject({ instances: 1, routing: 'round-robin' });
        expect([generations.length, observers.length]).toEqual([1, 1]);
        expect(faults.every((fault) => fault.kind === 'lag' && fault.mode === 'timed' && fault.delay_ms <= 2_500)).toBe(
          true,
        );
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('has caches and client libraries, and what acts on them, if the range names them', () => {
    const deviations = ['cache', 'cache-purge', 'edge-pop', 'library', 'tab-refetch'] as const;
    const seen = new Set<DeviationKind>();
    const applied = new Set<string>();
    for (const variation of fc.sample(planSpace({ deviations }), { seed: 1, numRuns: 300 })) {
      for (const deviation of variation.deviations) seen.add(kindOf(deviation));
      const plan = parsePlan(planOfVariation(variation), 'drawn');
      for (const { kind } of plan.faults) applied.add(kind);
      if (plan.topology.caches !== undefined) expect(plan.watch_on_ms).toBeGreaterThanOrEqual(8_000);
    }
    expect([...seen].sort()).toEqual(deviations);
    expect([...applied].sort()).toEqual(['cache-purge', 'edge-pop', 'tab-refetch']);
  });

  it('rejects an unknown kind of deviation', () => {
    const range = { deviations: ['meteor'] } as unknown as Range;
    expect(() => planSpace(range)).toThrow('no deviation is called "meteor"');
  });

  it('draws the same plans for the same seed', () => {
    const [first, second] = [1, 1].map((seed) => fc.sample(planSpace(), { seed, numRuns: 50 }));
    expect(second).toEqual(first);
  });
});

describe('a cut', () => {
  it('leaves a valid plan, and every sequence of cuts ends', () => {
    fc.assert(
      fc.property(planSpace(), fc.infiniteStream(fc.nat()), (variation, choices) => {
        let plan = planOfVariation(variation);
        for (let count = 0; ; count++) {
          const all = [...cuts(plan)];
          if (all.length === 0) break;
          expect(count).toBeLessThan(1_000);
          plan = all[choices.next().value! % all.length]!;
          expectValid(plan);
        }
        expect(plan.generations).toHaveLength(1);
        expect([plan.observers, plan.faults, plan.topology.replicas]).toEqual([[], [], 0]);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe.each([...catalogue.scenarioNames])('the range of %s', (name) => {
  it('contains only valid plans, with the kinds of deviations that it names', async () => {
    const scenario = await catalogue.loadScenario(name);
    const allowed = scenario.explore!.range!.deviations!;
    fc.assert(
      fc.property(scenarioVariations(scenario, parametersOf(scenario, {})), (variation) => {
        expectValid(planOfVariation(variation));
        expect(allowed).toEqual(expect.arrayContaining(variation.deviations.map(kindOf)));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('reads that are routed in the range of a scenario', () => {
  const routes = (topology: { replicas: number; routing: string }, deviations: Range['deviations']) => {
    const scenario = defineScenario({
      name: 'routes',
      summary: 'one tab polls',
      parameters: {},
      plan: () =>
        parsePlan(
          {
            plan: 1,
            scenario: 'routes',
            seed: 1,
            topology,
            generations: [{ worker: 'worker-1', story: 'story-1', steps: [{ progress: 100, after_ms: 100 }] }],
            observers: [{ session: 'tab-1', story: 'story-1', every_ms: 100 }],
            faults: [],
            properties: ['monotonic-view'],
          },
          'the base',
        ),
      explore: { range: { deviations } },
    });
    const drawn = fc.sample(scenarioVariations(scenario, {}), { seed: 1, numRuns: 100 });
    const faults = drawn.flatMap((variation) => planOfVariation(variation).faults);
    return [...new Set(faults.flatMap((fault) => (fault.kind === 'http-route' ? [fault.to] : [])))].sort();
  };

  it('go only where there is a database, and not where all others go', () => {
    expect(routes({ replicas: 2, routing: 'primary-only' }, ['http-route'])).toEqual(['replica-1', 'replica-2']);
    expect(routes({ replicas: 2, routing: 'primary-only' }, ['http-route', 'routing'])).toContain('primary');
    expect(routes({ replicas: 1, routing: 'round-robin' }, ['http-route'])).toEqual(['primary', 'replica-1']);
    expect(routes({ replicas: 0, routing: 'primary-only' }, ['http-route'])).toEqual(['primary']);
  });
});
