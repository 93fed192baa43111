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

it('no service of docker-compose.yml is made to run as root', () => {
  const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Record<string, { user?: string; privileged?: boolean; cap_add?: string[] }>;
  };
  for (const [name, { user, privileged, cap_add: capabilities }] of Object.entries(services)) {
    expect([name, privileged, capabilities]).toEqual([name, undefined, undefined]);
    expect(user ?? 'that of the image').not.toMatch(/^(root|0)\b/);
  }
  // Its image, of Node.js, would run it as root.
  expect(services['gateway']?.user).toBe('65534:65534');
});

/** Empty if the compose plugin is not installed. */
const plugins = compose(['version']).status === 0 ? ['docker compose'] : [];
it.each(plugins)('%s accepts docker-compose.yml as valid', () => {
  const { status, stderr } = compose(['config', '-q']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
