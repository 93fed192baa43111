/** The reference scenario: 3 generations of 10 updates, 4 observers that poll every 500 ms, 30 s. */
import { subject as workspaceFix } from '../fixtures/subjects/workspace-fix/subject.ts';
import { parsePlan, type Plan } from '../harness/plan/plan.ts';
import { simulateRun, type SimulatedOutcome } from '../harness/runner/simulate-run.ts';
import { inMacrotask, simulateBatch } from '../harness/simulation/simulate.ts';

export const subject = workspaceFix;

const STEPS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const STORIES = [1, 2, 3];

const base = parsePlan(
  {
    plan: 1,
    scenario: 'reference',
    seed: 0,
    topology: { replicas: 1, routing: 'round-robin' },
    generations: STORIES.map((number) => ({
      worker: `worker-${number}`,
      story: `story-${number}`,
      steps: STEPS.map((progress) => ({ progress, after_ms: 3_000 })),
    })),
    observers: [1, 2, 3, 1].map((story, at) => ({ session: `tab-${at + 1}`, story: `story-${story}`, every_ms: 500 })),
    faults: [{ kind: 'lag', mode: 'timed', replica: 'replica-1', delay_ms: 100 }],
    properties: ['monotonic-view'],
  },
  'the reference scenario',
);

export function referencePlan(seed: number): Plan {
  return { ...base, seed };
}

/** Must be called from its own macrotask. */
export function runReference(seed: number): SimulatedOutcome {
  const outcome = simulateRun({ plan: referencePlan(seed), subject, blockedMsMax: Number.POSITIVE_INFINITY });
  if (outcome.incomplete !== undefined) throw outcome.incomplete;
  return outcome;
}

/** Runs simulations as one batch in a macrotask, like `explore`, but without a time-out. */
export function inBatch<T>(work: () => T): Promise<T> {
  return inMacrotask(() => simulateBatch(work, Number.POSITIVE_INFINITY));
}
