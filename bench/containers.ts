/**
 * Measures start and shutdown of the containers backend, with the images present: `npm run bench -- containers`. The
 * first round is discarded, because in it the engine reads the images from the disk. Exit code 2 if nothing can be
 * measured, 1 if a target is missed.
 */
import { containersBackend } from '../harness/backend/containers/containers.ts';

const ROUNDS = 5;
const REPLICAS = 1;
const UP_TARGET_S = 15;
const DOWN_TARGET_S = 5;

const problem = (await containersBackend.diagnose()).find(({ ok }) => !ok);
if (problem !== undefined) {
  console.error(`containers cannot be measured: ${problem.what}: ${problem.detail}`);
  process.exit(2);
}
const rounds: { upS: number; downS: number }[] = [];
let versions: Record<string, string> = {};
for (let round = 0; round <= ROUNDS; round += 1) {
  const started = performance.now();
  const cluster = await containersBackend.start({
    replicas: REPLICAS,
    migrations: [{ name: 'bench.sql', sql: 'create table stories (id text primary key, progress integer)' }],
    tracked: { table: 'stories', key: 'id', progress: 'progress' },
    onProgress: () => {},
    onCommit: () => {},
    onDeath: (reason) => console.error(reason.message),
  });
  versions = cluster.versions;
  const up = performance.now();
  await cluster.close();
  if (round > 0) rounds.push({ upS: (up - started) / 1000, downS: (performance.now() - up) / 1000 });
}
console.log(`${versions['database']}; ${versions['rest']}`);
const met = [
  report(`start of a primary and ${REPLICAS} replica, each with REST`, 'upS', UP_TARGET_S),
  report('shutdown', 'downS', DOWN_TARGET_S),
];
process.exit(met.every(Boolean) ? 0 : 1);

function report(what: string, which: 'upS' | 'downS', targetS: number): boolean {
  const values = rounds.map((round) => round[which]).sort((a, b) => a - b);
  const [median, worst] = [values[Math.floor(values.length / 2)]!, values.at(-1)!];
  const isMet = worst <= targetS;
  console.log(
    `${isMet ? '✓' : '✗'} ${what}: median ${median.toFixed(1)} s, worst ${worst.toFixed(1)} s of ${values.length} (target ${targetS} s)`,
  );
  return isMet;
}
