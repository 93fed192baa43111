/**
 * Measures how much CPU time a read takes through the gateway and the REST layer of `embedded`, driven by k6: of this process
 * and of PostgreSQL. `node bench/rest-load.ts [SECONDS] [TABS]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { findK6 } from '../harness/load/find-k6.ts';
import { realClock } from '../harness/clock.ts';
import { assembleGateway } from '../harness/gateway/assembled-gateway.ts';
import { serveGateway } from '../harness/gateway/gateway-server.ts';
import { withAuth } from '../harness/gateway/with-auth.ts';
import { loadBackend } from '../harness/runner/backend-registry.ts';
import { openCatalogue } from '../harness/runner/catalogue.ts';
import { migrationsOf } from '../harness/runner/migration-files.ts';
import { insertStory } from '../harness/runner/seeding.ts';

const [seconds = 10, tabs = 32] = process.argv.slice(2).map(Number);
const TICKS_PER_SECOND = 100;

const subject = await (await openCatalogue(process.cwd())).loadSubject('legacy');
const backend = await loadBackend('embedded');
const cluster = await backend.start({
  replicas: 1,
  migrations: await migrationsOf(subject),
  tracked: subject.tracked,
  onProgress: () => undefined,
  onCommit: () => undefined,
  onDeath: (error) => console.error(error.message),
});
const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
try {
  await insertStory(cluster, { story: 'story-1', key: 'story-1' }, subject);
  const clock = realClock();
  const { gateway } = assembleGateway({ nodes: [cluster.primary, ...cluster.replicas], clock });
  const server = await serveGateway(withAuth(gateway, cluster, () => Date.now()));
  const url = `${server.url}/rest/v1/stories?select=*&id=eq.story-1`;
  // Compiles what every read runs, and opens the connections.
  await drive(url, 4);
  const before = { own: process.cpuUsage(), databases: await databaseTicks() };
  const { reads, p50, p99 } = await drive(url, seconds);
  const { user, system } = process.cpuUsage(before.own);
  const databases = (((await databaseTicks()) - before.databases) / TICKS_PER_SECOND) * 1e3;
  const perRead = (ms: number): string => (ms / reads).toFixed(3);
  console.log(`${reads} reads in ${seconds} s by ${tabs} tabs: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  console.log(
    `CPU time per read: ${perRead((user + system) / 1e3)} ms in this process, ${perRead(databases)} ms in PostgreSQL`,
  );
  await server.close();
} finally {
  await cluster.close();
  rmSync(folder, { recursive: true });
}
process.exit(0);

async function drive(url: string, duration: number): Promise<{ reads: number; p50: number; p99: number }> {
  const script = join(folder, 'reads.js');
  const summary = join(folder, 'summary.json');
  const headers = JSON.stringify({ apikey: cluster.secretKey, accept: 'application/vnd.pgrst.object+json' });
  writeFileSync(
    script,
    `import http from 'k6/http';
export const options = { scenarios: { reads: { executor: 'constant-vus', vus: ${tabs}, duration: '${duration}s' } }, summaryTrendStats: ['med', 'p(99)'] };
export default () => { if (http.get('${url}', { headers: ${headers} }).status !== 200) throw new Error('not read'); };`,
  );
  const args = ['run', '--quiet', '--no-usage-report', '--address', '', '--summary-export', summary, script];
  const k6 = spawn(findK6(process.cwd()), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await once(k6, 'exit');
  const { metrics } = JSON.parse(readFileSync(summary, 'utf8')) as { metrics: Record<string, Record<string, number>> };
  const { med = 0, 'p(99)': p99 = 0 } = metrics['http_req_duration'] ?? {};
  return { reads: metrics['http_reqs']?.['count'] ?? 0, p50: med, p99 };
}

/** The CPU time of all processes of the databases, in ticks. */
async function databaseTicks(): Promise<number> {
  const nodes = [cluster.primary, ...cluster.replicas];
  const pids = await Promise.all(nodes.map(({ databaseUrl = '' }) => processesOf(databaseUrl)));
  return pids.flat().reduce((sum, pid) => sum + ticksOf(pid), 0);
}

async function processesOf(url: string): Promise<number[]> {
  const { searchParams, username, password, pathname } = new URL(
    url.replace(/^postgresql:/, 'http:').replace('http:///', 'http://localhost/'),
  );
  const path = `${searchParams.get('host')}/.s.PGSQL.5432`;
  const sql = postgres({
    path,
    username: searchParams.get('user') ?? username,
    password,
    database: pathname.slice(1),
    max: 1,
  });
  const rows = await sql<{ pid: number }[]>`select pid from pg_stat_activity`;
  await sql.end();
  return rows.map(({ pid }) => pid);
}

function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return user + system;
  } catch {
    return 0;
  }
}
