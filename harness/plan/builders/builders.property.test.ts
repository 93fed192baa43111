import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../plan.ts';
import { ROUTINGS } from '../routing.ts';
import {
  aReplica,
  aStory,
  aTab,
  after,
  at,
  began,
  committed,
  ended,
  fault,
  plan,
  type EventMoment,
  type FaultPart,
  type PlanParts,
  type GenerationPart,
} from './builders.ts';

const REPLICAS = 3;
const INSTANCES = 2;

const story = fc.integer({ min: 1, max: 3 }).map((number) => aStory(`story-${number}`));
const tab = fc.integer({ min: 1, max: 3 }).map((number) => aTab(`tab-${number}`));
const replica = fc.integer({ min: 1, max: REPLICAS }).map(aReplica);
const milliseconds = fc.nat({ max: 60_000 });
const progress = fc.nat({ max: 100 });
const version = fc
  .tuple(story, fc.integer({ min: 1, max: 3 }), progress)
  .map(([of, generation, number]) => (generation === 1 ? of.at(number) : of.generation(generation).at(number)));

const events: fc.Arbitrary<EventMoment> = fc.oneof(
  version.map(committed),
  fc.tuple(tab, fc.oneof(progress, version)).map(([by, what]) => by.sees(what)),
  fc.tuple(tab, fc.integer({ min: 1, max: 4 })).map(([by, times]) => by.answers(times)),
  fc.tuple(tab, fc.integer({ min: 1, max: 4 })).map(([by, times]) => by.asks(times)),
  fc.constantFrom(began('lag'), ended('outage'), after({ f: 'show', progress: 85 })),
);
const moment = fc.oneof(
  milliseconds.map(at),
  events,
  fc.array(events, { minLength: 1, maxLength: 3 }).map((several) => after(...several)),
  fc.tuple(events, milliseconds, milliseconds).map(([event, plus, within]) => event.plus(plus).within(within)),
);
const span = fc.record({ from: moment, until: moment }, { requiredKeys: [] });

const step = fc.oneof(
  progress,
  fc.record({ progress, afterMs: milliseconds, when: moment }, { requiredKeys: ['progress'] }),
);
const runOptions = fc.record(
  {
    everyMs: fc.oneof(
      milliseconds,
      milliseconds.map((pace) => () => pace),
    ),
    instance: fc.integer({ min: 1, max: INSTANCES }),
    start: moment,
    outcome: fc.constantFrom('completed' as const, 'failed' as const, 'abandoned' as const),
  },
  { requiredKeys: [] },
);
const run = fc
  .tuple(story, fc.array(step, { minLength: 1, maxLength: 5 }), runOptions)
  .map(([of, steps, options]) => of.runs(...steps, options));

/** Given names, some of which equal the default names of other workers. */
const names = fc.uniqueArray(fc.constantFrom('worker-1', 'worker-2', 'worker-4', 'renderer'), { maxLength: 2 });

const pollOptions = fc.record(
  {
    everyMs: fc.integer({ min: 1, max: 60_000 }),
    start: moment,
    instance: fc.integer({ min: 1, max: INSTANCES }),
    polling: fc.constantFrom('chained' as const, 'interval' as const),
    expects: fc.constantFrom('last-seen' as const, 'none' as const),
    display: fc.constantFrom('subject' as const, 'high-water' as const),
  },
  { requiredKeys: ['everyMs'] },
);

function faultOn(runs: readonly GenerationPart[], watching: readonly string[]): fc.Arbitrary<FaultPart> {
  const actor = fc.constantFrom(...runs, ...watching.map(aTab));
  const match = fc.record(
    { actor, method: fc.constantFrom('GET' as const), nth: fc.integer({ min: 1, max: 9 }) },
    { requiredKeys: ['actor'] },
  );
  return fc.oneof(
    fc.tuple(replica, version, span).map(([on, held, when]) => on.holdsAt(held, when)),
    fc.tuple(replica, milliseconds, span).map(([on, delayMs, when]) => on.lags({ delayMs, ...when })),
    fc.tuple(replica, span).map(([on, when]) => on.pauses(when)),
    fc.tuple(replica, span).map(([on, when]) => on.leavesRotation(when)),
    fc.tuple(replica, span).map(([on, when]) => fault('outage', { replica: on, how: 'freeze', ...when })),
    match.map((requests) => fault('http-drop', { match: requests })),
    fc.tuple(match, replica).map(([requests, to]) => fault('http-route', { match: requests, to })),
  );
}

const parts: fc.Arbitrary<PlanParts> = fc
  .record({
    runs: fc.array(run, { minLength: 1, maxLength: 5 }),
    names,
    tabs: fc.uniqueArray(tab, { maxLength: 3, selector: ({ name }) => name }),
    watches: fc.array(fc.tuple(story, pollOptions), { minLength: 3, maxLength: 3 }),
    routing: fc.constantFrom(...ROUTINGS),
    convergeWithinMs: fc.option(milliseconds, { nil: undefined }),
    maxLatencyMs: fc.option(milliseconds, { nil: undefined }),
    finalLookAnswered: fc.option(fc.boolean(), { nil: undefined }),
  })
  .chain(({ runs, names: given, tabs, watches, ...rest }) => {
    const generations = runs.map((each, index) => {
      const worker = given[index];
      return worker === undefined ? each : { ...each, worker };
    });
    const observers = tabs.map((each, index) => each.polls(...watches[index]!));
    const watching = tabs.map(({ name }) => name);
    return fc.array(faultOn(generations, watching), { maxLength: 4 }).map((faults) => ({
      ...rest,
      replicas: REPLICAS,
      instances: INSTANCES,
      generations,
      observers,
      faults,
      properties: ['monotonic-view'],
    }));
  });

describe('builders', () => {
  it('always return a valid plan that is plain JSON', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(parts, fc.nat(), (drawn, seed) => {
        const body = plan(drawn);
        expect(JSON.parse(JSON.stringify(body))).toStrictEqual(body);
        const parsed = parsePlan({ plan: 1, scenario: 'drawn', seed, ...body }, 'drawn');
        expect(parsed.generations).toHaveLength(drawn.generations.length);
        expect(parsed.faults).toHaveLength(drawn.faults!.length);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
