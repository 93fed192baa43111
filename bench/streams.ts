/**
 * `npm run bench streams`: what a stream costs a simulated run, whether runs with streams are deterministic, and how late
 * changes are with many subscribers on the embedded backend. An argument scales the numbers of runs.
 */
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { embeddedBackend } from '../harness/backend/embedded/embedded.ts';
import { conformanceOptions } from '../harness/backend/conformance.case.ts';
import { assembleGateway } from '../harness/gateway/assembled-gateway.ts';
import { withAuth } from '../harness/gateway/with-auth.ts';
import { withStream } from '../harness/gateway/with-stream.ts';
import type { Plan } from '../harness/plan/plan.ts';
import { planOf } from '../harness/plan/scenario.ts';
import { realHost } from '../harness/runner/host.ts';
import { startRealtime } from '../harness/runner/realtime-of-run.ts';
import { simulateRun } from '../harness/runner/simulate-run.ts';
import { subject as live } from '../fixtures/subjects/live/subject.ts';
import { subject as guarded } from '../fixtures/subjects/guarded/subject.ts';
import * as scenarios from '../scenarios/index.ts';
import { inBatch, referencePlan } from './reference.ts';

const scale = Number(process.argv[2] ?? 1);
const RUNS = Math.ceil(40 * scale);
const REPETITIONS = 7;
const SEEDS = Math.ceil(10_000 * scale);
const BATCH = 50;
const SUBSCRIBERS = 500;
const CHANGES = 40;
const POLL_MS = 500;
const BLOCKED = { blockedMsMax: Number.POSITIVE_INFINITY };

const results = [await cost(), await determinism(), await lateness()];
for (const { text } of results) console.log(text);
if (results.some(({ isMet }) => !isMet)) process.exitCode = 1;

interface Result {
  text: string;
  isMet: boolean;
}

/** CPU time of the reference run whose tabs poll, and of the same run whose tabs have a stream besides. */
async function cost(): Promise<Result> {
  const withStreams = (plan: Plan): Plan => ({
    ...plan,
    observers: plan.observers.map((observer) => ({ ...observer, channel: 'poll+stream' })),
  });
  const timed = (change: (plan: Plan) => Plan): Promise<number> =>
    inBatch(() => {
      const start = process.threadCpuUsage();
      for (let seed = 0; seed < RUNS; seed++) {
        simulateRun({ plan: change(referencePlan(seed)), subject: guarded, ...BLOCKED });
      }
      const { user, system } = process.threadCpuUsage(start);
      return (user + system) / 1e3 / RUNS;
    });
  const ratios: number[] = [];
  const costs: [number, number][] = [];
  for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
    const polls = await timed((plan) => plan);
    const streams = await timed(withStreams);
    if (repetition === 0) continue;
    ratios.push(streams / polls);
    costs.push([polls, streams]);
  }
  const ratio = medianOf(ratios);
  const [polls, streams] = [medianOf(costs.map(([each]) => each)), medianOf(costs.map(([, each]) => each))];
  return {
    text: `a run with streams ÷ the same with polls alone  ${ratio.toFixed(2)}  (${polls.toFixed(2)} ms → ${streams.toFixed(2)} ms CPU)  target ≤ 1.30`,
    isMet: ratio <= 1.3,
  };
}

async function determinism(): Promise<Result> {
  const streamed = Object.values(scenarios).filter(({ tags }) => tags?.includes('stream') === true);
  let mismatches = 0;
  for (let from = 0; from < SEEDS; from += BATCH) {
    const seeds = Array.from({ length: Math.min(BATCH, SEEDS - from) }, (_, at) => from + at);
    await inBatch(() => {
      for (const seed of seeds) {
        const scenario = streamed[seed % streamed.length]!;
        const defaults = Object.entries(scenario.parameters).map(([name, parameter]) => [name, parameter.default]);
        const plan = planOf(scenario, seed, Object.fromEntries(defaults) as Record<string, number | undefined>);
        const [first, second] = [1, 2].map(() => simulateRun({ plan, subject: live, ...BLOCKED }).traceHash());
        if (first !== second) mismatches += 1;
      }
    });
  }
  return { text: `seeds run twice: ${SEEDS}, mismatches: ${mismatches}`, isMet: mismatches === 0 };
}

/** From the commit to the callback of each subscriber. */
async function lateness(): Promise<Result> {
  const { migrations, ...options } = conformanceOptions(0);
  const publish = { name: 'publish.sql', sql: 'alter publication supabase_realtime add table public.stories;' };
  const cluster = await embeddedBackend.start({ ...options, migrations: [...migrations, publish] });
  const clock = realHost.clock();
  const realtime = (await startRealtime(cluster, { tracked: undefined, clock, host: realHost }))!;
  const { gateway } = assembleGateway({ nodes: [cluster.primary], clock });
  const served = withStream(withAuth(gateway, cluster, realHost.nowMs), realtime);
  const server = await realHost.serve(served);
  const clients: SupabaseClient[] = [];
  const totals: number[] = [];
  const spreads: number[] = [];
  const firsts = new Map<number, number>();
  const { promise: allReady, resolve } = Promise.withResolvers<void>();
  let ready = 0;
  for (let number = 0; number < SUBSCRIBERS; number++) {
    const key = cluster.publishableKey;
    const client = createClient(server.url, key, { accessToken: async () => key });
    clients.push(client);
    client
      .channel(`watch-${number}`)
      .on('postgres_changes', { event: 'UPDATE', schema: 'public', table: 'stories' }, (change) => {
        const now = performance.now();
        const committed = performance.timeOrigin + now - Date.parse(change.commit_timestamp);
        totals.push(committed);
        const progress = Number((change.new as { progress: number }).progress);
        if (!firsts.has(progress)) firsts.set(progress, now);
        spreads.push(now - firsts.get(progress)!);
      })
      .on('system', {}, () => {
        if (++ready === SUBSCRIBERS) resolve();
      })
      .subscribe();
  }
  await allReady;
  await cluster.insert('stories', { id: 'measured' });
  const service = createClient(server.url, cluster.secretKey, { accessToken: async () => cluster.secretKey });
  for (let progress = 1; progress <= CHANGES; progress++) {
    await service.from('stories').update({ progress }).eq('id', 'measured');
    await clock.sleep(230);
  }
  for (let waited = 0; totals.length < SUBSCRIBERS * CHANGES && waited < 10_000; waited += 50) await clock.sleep(50);
  for (const client of clients) void client.realtime.disconnect();
  realtime.close();
  await server.close();
  await cluster.close();
  const [total, spread] = [quantile(totals, 0.99), quantile(spreads, 0.99)];
  const besides = total - POLL_MS;
  const isMet = totals.length === SUBSCRIBERS * CHANGES && besides <= 50;
  return {
    text: `${SUBSCRIBERS} subscribers, ${totals.length} of ${SUBSCRIBERS * CHANGES} frames: p99 from commit ${total.toFixed(0)} ms, ${besides.toFixed(0)} ms besides the interval of ${POLL_MS} ms (target ≤ 50); from the first subscriber to the last p99 ${spread.toFixed(0)} ms`,
    isMet,
  };
}

function medianOf(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
