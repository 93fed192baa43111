import { defineConfig } from 'vitest/config';

/** Only the tests of the checkers and the history, in one worker and with fewer random histories: they run for every mutant. */
export default defineConfig({
  test: {
    include: ['harness/checker/**/*.test.ts', 'harness/history/*.test.ts'],
    setupFiles: ['scripts/mutation/fewer-runs.ts'],
    isolate: false,
    fileParallelism: false,
  },
});
