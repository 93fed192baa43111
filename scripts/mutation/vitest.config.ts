import { defineConfig } from 'vitest/config';

/** The tests of the judges alone, in one worker, with fewer random histories each: they run once for every mutant. */
export default defineConfig({
  test: {
    include: ['harness/checker/**/*.test.ts', 'harness/history/*.test.ts'],
    setupFiles: ['scripts/mutation/fewer-runs.ts'],
    isolate: false,
    fileParallelism: false,
  },
});
