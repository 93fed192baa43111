/**
 * How many plans it takes to find each planted bug: `node bench/planted.ts [--seeds N] [--runs N] [--first N] [BUG…]`. Prints a
 * line for each bug, and writes `reports/bench/planted.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { PlantedBug, PlantedBugs } from '../harness/index.ts';
import { plant } from '../harness/explore/planted-copy.ts';
import { createSearcher } from '../harness/explore/search-job.ts';
import { CHUNK_RUNS } from '../harness/explore/search.ts';
import { simulationOf } from '../harness/explore/simulation.ts';
import { loadSpace, spaceOf } from '../harness/explore/space.ts';
import { PLAN_SPACE } from '../harness/plan/arbitraries.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { inMacrotask } from '../harness/simulation/simulate.ts';

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    runs: { type: 'string', default: '2000' },
    first: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
const [seedsNumber, runsMax, first] = [values.seeds, values.runs, values.first].map(Number) as [number, number, number];
const seeds = Array.from({ length: seedsNumber }, (_, at) => first + at);

interface Hunted {
  bug: string;
  /** For each seed the number of plans up to the first violation, or `null`. */
  plans: (number | null)[];
  median: number;
  misses: number;
  cpuMs: number;
}

const catalogue = await openCatalogue(fileURLToPath(new URL('..', import.meta.url)));
const hunted: Hunted[] = [];
for (const planted of await catalogue.loadPlanted()) {
  for (const [name, bug] of Object.entries(planted.bugs)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const result = await huntWithAllSeeds(name, planted, bug);
    hunted.push(result);
    const { plans, median, misses, cpuMs } = result;
    console.log(
      `${name.padEnd(52)} ${String(median).padStart(6)} ${misses === 0 ? ' ' : `${misses} missed`} ${plans.map((each) => each ?? '–').join(' ')}  ${Math.round(cpuMs)} ms`,
    );
  }
}
const total = seeds.length * hunted.length;
const misses = hunted.reduce((sum, each) => sum + each.misses, 0);
const medians = hunted.map(({ median }) => median).sort((a, b) => a - b);
console.log(
  `${total - misses} of ${total} searches of ${runsMax} plans found the bug; median of medians ${medians[Math.floor(medians.length / 2)]}, greatest ${medians.at(-1)}`,
);
const folder = new URL('../reports/bench/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('planted.json', folder), `${JSON.stringify(hunted, undefined, 2)}\n`);
process.exit(0);

async function huntWithAllSeeds(name: string, planted: PlantedBugs, bug: PlantedBug): Promise<Hunted> {
  const copy = plant(planted, name, bug);
  const cpu = process.cpuUsage();
  try {
    const subject = await catalogue.loadSubject(copy.subject);
    const { range = PLAN_SPACE, properties } = planted;
    const space =
      typeof range === 'string' ? await loadSpace(catalogue, range, {}, subject) : spaceOf(range, {}, subject);
    const simulate = await simulationOf(subject);
    const judged = properties === undefined ? {} : { properties };
    const plans: (number | null)[] = [];
    for (const seed of seeds) {
      const searcher = createSearcher({ variations: space.variations, seed, simulate, ...judged });
      plans.push((await plansToFind(searcher)) ?? null);
    }
    const { user, system } = process.cpuUsage(cpu);
    const sorted = plans.map((each) => each ?? Infinity).sort((a, b) => a - b);
    return {
      bug: name,
      plans,
      median: sorted[Math.floor(sorted.length / 2)] ?? Infinity,
      misses: plans.filter((each) => each === null).length,
      cpuMs: (user + system) / 1e3,
    };
  } finally {
    copy.remove();
  }
}

async function plansToFind(searcher: ReturnType<typeof createSearcher>): Promise<number | undefined> {
  let tried = 0;
  for (let chunk = 0; chunk < runsMax / CHUNK_RUNS; chunk += 1) {
    const { find, runs } = await inMacrotask(() => searcher.search(chunk, CHUNK_RUNS));
    tried += runs;
    if (find?.failing.kind === 'violation') return tried;
  }
  return undefined;
}
