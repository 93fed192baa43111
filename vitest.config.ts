import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';

const databaseTests = '**/*.embedded.test.ts';
const containerTests = '**/*.containers.test.ts';
// Equal for all suites, so that vitest runs them in one pool. More than cores: the tests of databases mostly wait.
const maxWorkers = availableParallelism() + 1;
const browserTests = '**/*.browser.test.ts';
const loadTests = '**/*.k6.test.ts';
// On GitHub, commands under test would annotate the run of the tests.
const env = { GITHUB_ACTIONS: '' };
const exclude = ['**/node_modules/**', 'dist/**', 'reports/**'];

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          env,
          include: ['**/*.test.ts'],
          exclude: [...exclude, databaseTests, containerTests, browserTests, loadTests],
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
          env,
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
          name: 'k6',
          env,
          include: [loadTests],
          exclude,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          // Each test uses all cores.
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'containers',
          env,
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
