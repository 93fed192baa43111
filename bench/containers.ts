/** How long the container backend takes to come up and to go: `node bench/containers.ts [REPLICAS] [ROUNDS]`. */
import { containersBackend } from '../harness/backend/containers/containers.ts';

const [replicas = 1, rounds = 3] = process.argv.slice(2).map(Number);
const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`;

for (let round = 1; round <= rounds; round += 1) {
  const started = performance.now();
  const cluster = await containersBackend.start({
    replicas,
    migrations: [{ name: 'bench.sql', sql: 'create table stories (id text primary key, progress integer)' }],
    tracked: { table: 'stories', key: 'id', progress: 'progress' },
    onProgress: (message) => console.error(`  ${seconds(started)}  ${message}`),
    onCommit: () => {},
    onDeath: (reason) => console.error(reason.message),
  });
  const up = seconds(started);
  const closing = performance.now();
  await cluster.close();
  console.log(`round ${round}: primary and ${replicas} replicas up in ${up}, down in ${seconds(closing)}`);
  if (round === rounds) console.log(`${cluster.versions['database']}; ${cluster.versions['rest']}`);
}
process.exit(0);
