/** Prometheus and promtool for tests. Debian's package `prometheus` has both. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { stringify } from 'yaml';

/** Why tests with this program are left out; `undefined` if it is installed. */
export function whyWithout(program: 'prometheus' | 'promtool'): string | undefined {
  const { error } = spawnSync(program, ['--version']);
  return error === undefined ? undefined : `${program} is not installed (Debian: apt-get install prometheus)`;
}

export interface Prometheus {
  /** The result of a query, e.g. of `/api/v1/query?query=up`. */
  get(path: string): Promise<unknown>;
  close(): Promise<void>;
}

/** @param rules the text of a file of rules */
export async function startPrometheus(target: string, rules: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = {
    global: { scrape_interval: '250ms', scrape_timeout: '250ms', evaluation_interval: '500ms' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'ratchet', static_configs: [{ targets: [target] }] }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  writeFileSync(join(folder, 'rules.yml'), rules);
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const base = `http://127.0.0.1:${port}`;
  const prometheus: Prometheus = {
    async get(path) {
      const response = await fetch(base + path);
      return ((await response.json()) as { data: unknown }).data;
    },
    close: () => stopped(child, folder),
  };
  await vi.waitFor(async () => (await fetch(`${base}/-/ready`)).ok || Promise.reject(new Error('not ready')), 30_000);
  return prometheus;
}

async function stopped(child: ChildProcess, folder: string): Promise<void> {
  const exited = child.exitCode === null ? once(child, 'exit') : undefined;
  child.kill('SIGKILL');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
