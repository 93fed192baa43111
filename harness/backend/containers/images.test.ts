import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

const folder = fileURLToPath(new URL('../../../fixtures/images/', import.meta.url));

it.each(globSync('*/Dockerfile', { cwd: folder }))('%s starts no server as root', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const users = [...text.matchAll(/^USER (.+)$/gm)].map(([, user]) => user);
  const entrypoint = /^ENTRYPOINT \["(.+?)"\]$/m.exec(text)?.[1];
  if (entrypoint === undefined) {
    expect(users.at(-1) ?? 'root').not.toMatch(/^(root|0)\b/);
  } else {
    // As root it only prepares the data directory.
    const lines = readFileSync(join(folder, dirname(file), entrypoint), 'utf8')
      .trim()
      .split('\n');
    expect(lines.at(-1)).toMatch(/^exec setpriv --reuid postgres --regid postgres /);
  }
});
