import { defineConfig } from 'vitest/config';

/** The tests of checkers and history, in one worker and with fewer random histories, because they run for every mutant. */
export default defineConfig({
  test: {
    include: ['harness/checker/**/*.test.ts', 'harness/history/*.test.ts'],
    setupFiles: ['scripts/mutation/fewer-runs.ts'],
    isolate: false,
    fileParallelism: false,
    testTimeout: 60_000,
  },
});
