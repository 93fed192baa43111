import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const databaseTests = '**/*.embedded.test.ts';
const containerTests = '**/*.containers.test.ts';
// Equal for all suites, so that vitest runs them in one pool: the tests of databases mostly wait.
const maxWorkers = Math.max(2, availableParallelism() - 1);
const browserTests = '**/*.browser.test.ts';
const exclude = ['**/node_modules/**', 'dist/**', 'reports/**'];

export default defineConfig({
  test: {
    // On GitHub, commands under test would annotate the run of the tests.
    env: { GITHUB_ACTIONS: '' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...exclude, databaseTests, containerTests, browserTests],
          // A limit for what hangs, not a measure of speed: machines are shared.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers,
        },
      },
      { test: { name: 'bench', include: ['bench/*.bench.ts'], exclude } },
      {
        test: {
          name: 'embedded',
          include: [databaseTests],
          exclude,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'browser',
          include: [browserTests],
          exclude,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'containers',
          include: [containerTests],
          exclude,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
    ],
  },
});
