import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { copyFolder } from './container.ts';

it('closes the archive of a container whose contents could not be copied: the engine locks it until then', async () => {
  const archive = new PassThrough();
  const copying = copyFolder(
    { container: { archiveOf: async () => archive }, folder: '/data' },
    { container: { extract: () => Promise.reject(new Error('the disk is full')) }, folder: '/etc/ratchet' },
  );
  await expect(copying).rejects.toThrow('the disk is full');
  expect(archive.destroyed).toBe(true);
});
