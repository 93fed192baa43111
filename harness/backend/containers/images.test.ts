import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { postgresImage, restImage } from './images.ts';

afterEach(() => vi.unstubAllEnvs());

function officialImages(): string[] {
  for (const variable of ['RATCHET_POSTGRES_IMAGE', 'RATCHET_REST_IMAGE']) vi.stubEnv(variable, '');
  return [postgresImage().name, restImage().name];
}

it('pins every official image by its digest', () => {
  for (const name of officialImages()) expect(name).toMatch(/^[\w/-]+:[\w.]+@sha256:[0-9a-f]{64}$/);
});

it('pins every image of docker-compose.yml by its digest, the same ones', () => {
  const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
  const images = [...compose.matchAll(/^\s+image: \$\{\w+:-(.+)\}$/gm)].map(([, name]) => name);
  expect(images).toHaveLength(3);
  for (const name of images) expect(name).toMatch(/@sha256:[0-9a-f]{64}$/);
  expect(images).toEqual(expect.arrayContaining(officialImages()));
});
