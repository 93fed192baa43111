/** Compares the reference scenario under vitest's fake timers with the simulation, in one process. */
import { writeFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { CONNECTION_LOST, type Gateway } from '../harness/gateway/gateway.ts';
import { messageOf, responseOf } from '../harness/gateway/http-message.ts';
import { simulatedBackend } from '../harness/backend/simulated/simulated.ts';
import { realClock } from '../harness/clock.ts';
import { currentOperation } from '../harness/async-context.ts';
import type { Host } from '../harness/runner/host.ts';
import { runPlan } from '../harness/runner/run-plan.ts';
import { referencePlan, runReference, subject, inBatch } from './reference.ts';

const runs = Number(process.env['BENCH_RUNS'] ?? 20);

/** A host like that of the simulation: function calls with a latency each way. */
const host: Host = {
  clock: realClock,
  nowMs: () => Date.UTC(2026, 0, 1),
  random: () => 0.5,
  async serve(gateway: Gateway) {
    globalThis.fetch = async (input, init) => {
      const { actor, operation } = currentOperation() ?? {};
      const message = await messageOf(new Request(input, init));
      await latency();
      const answer = await gateway.handle({ ...message, actor, operation });
      await latency();
      if (answer === CONNECTION_LOST) throw new TypeError('fetch failed');
      return responseOf(answer);
    };
    return { url: 'http://supabase.invalid', close: async () => undefined };
  },
  onFailure: () => undefined,
  findLeak: () => undefined,
  simulation: { clock: realClock(), epochMs: Date.UTC(2026, 0, 1), random: Math.random },
};

const latency = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

async function underFakeTimers(seed: number): Promise<void> {
  vi.useFakeTimers({ now: 0 });
  const end = { isOver: false };
  const run = runPlan({ plan: referencePlan(seed), subject, backend: simulatedBackend, host }).finally(
    () => (end.isOver = true),
  );
  while (!end.isOver) await vi.advanceTimersByTimeAsync(1_000);
  expect((await run).incomplete).toBeUndefined();
  vi.useRealTimers();
}

/** CPU time of this process in milliseconds. It includes all threads, which cannot be separated here. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

it('costs less in a simulation', { timeout: 600_000 }, async () => {
  const fetch = globalThis.fetch;
  const measured: { fakeMs: number; simulatedMs: number }[] = [];
  for (let repetition = 0; repetition < 6; repetition++) {
    const simulatedMs = await inBatch(() => {
      const started = cpu();
      for (let seed = 0; seed < runs; seed++) runReference(seed);
      return cpu() - started;
    });
    const started = cpu();
    for (let seed = 0; seed < runs; seed++) await underFakeTimers(seed);
    measured.push({ fakeMs: cpu() - started, simulatedMs });
  }
  globalThis.fetch = fetch;
  // The first repetition warms up.
  measured.shift();
  expect(measured.every(({ fakeMs, simulatedMs }) => fakeMs > simulatedMs)).toBe(true);
  measured.sort((a, b) => a.fakeMs / a.simulatedMs - b.fakeMs / b.simulatedMs);
  writeFileSync(process.env['BENCH_RESULT']!, JSON.stringify(measured[Math.floor(measured.length / 2)]));
});
