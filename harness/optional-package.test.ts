import { expect, test } from 'vitest';
import { EnvironmentError } from './errors.ts';
import { requirePackage, withPackage } from './optional-package.ts';

function importFailure(name: string): Error {
  const message = `Cannot find package '${name}' imported from /project/index.js`;
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}

test('a missing package is an error with the command that installs it', async () => {
  const loading = withPackage('yaml', '--map', () => Promise.reject(importFailure('yaml')));
  await expect(loading).rejects.toThrow(EnvironmentError);
  await expect(loading).rejects.toMatchObject({
    message: '--map needs the package yaml',
    hint: 'npm install --save-dev yaml',
  });
});

test('other failures are passed on', async () => {
  const failure = importFailure('other');
  await expect(withPackage('yaml', '--map', () => Promise.reject(failure))).rejects.toBe(failure);
  expect(await withPackage('yaml', '--map', async () => 1)).toBe(1);
});

test('a missing package that is loaded at once is the same error', () => {
  const missing = Object.assign(new Error("Cannot find module 'swr'"), { code: 'MODULE_NOT_FOUND' });
  const load = (name: string, failure?: Error): string =>
    requirePackage(name, 'a tab with the library swr', (asked) => {
      if (failure !== undefined) throw failure;
      return asked;
    });
  expect(() => load('swr', missing)).toThrow('a tab with the library swr needs the package swr');
  expect(() => load('react', missing)).toThrow("Cannot find module 'swr'");
  expect(load('swr')).toBe('swr');
});
