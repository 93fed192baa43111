import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));

function compose(...args: string[]) {
  const env = { ...process.env, POSTGRES_PASSWORD: 'a-password', JWT_SECRET: 'a-secret-of-32-characters-or-more' };
  return spawnSync('docker', ['compose', ...args], { cwd: root, env, encoding: 'utf8', timeout: 60_000 });
}

it('docker-compose.yml publishes on the loopback only', () => {
  const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Record<string, { ports: string[] }>;
  };
  const ports = Object.values(services).flatMap((service) => service.ports);
  expect(ports).toHaveLength(4);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

/** Empty where Docker has no such plugin to be asked. */
const plugins = compose('version').status === 0 ? ['docker compose'] : [];
it.each(plugins)('%s takes docker-compose.yml for valid', () => {
  const { status, stderr } = compose('config', '-q');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
