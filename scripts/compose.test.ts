import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { compose, root } from './compose.test-support.ts';

it('docker-compose.yml publishes on the loopback only', () => {
  const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Record<string, { ports?: string[] }>;
  };
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  expect(ports).toHaveLength(5);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

/** Empty if the compose plugin is not installed. */
const plugins = compose(['version']).status === 0 ? ['docker compose'] : [];
it.each(plugins)('%s accepts docker-compose.yml as valid', () => {
  const { status, stderr } = compose(['config', '-q']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
