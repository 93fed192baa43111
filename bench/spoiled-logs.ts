/**
 * Reads spoiled logs of every format: `npm run bench -- spoiled-logs`, or `node bench/spoiled-logs.ts RUNS SEED`. Prints how many
 * were imported and how many refused, and the longest time. Exit code 1 if one crashes, hangs, or is refused without its line.
 */
import * as fc from 'fast-check';
import { FINE, outcomeOf, sampleLogs, spoiledLog } from '../harness/history/import/log/spoiled-logs.test-support.ts';

const [runs = 10_000, seed = 1] = process.argv.slice(2).map(Number);
/** A small file that takes longer is taken to hang. */
const HANGS_MS = 5000;

for (const sample of sampleLogs) {
  let [imported, refused, longestMs] = [0, 0, 0];
  const property = fc.asyncProperty(spoiledLog(sample), async (bytes) => {
    const began = performance.now();
    const outcome = await outcomeOf(bytes, sample);
    const tookMs = performance.now() - began;
    longestMs = Math.max(longestMs, tookMs);
    if (outcome === 'imported') imported += 1;
    else refused += 1;
    return FINE.test(outcome) && tookMs < HANGS_MS;
  });
  const result = await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  const failure = result.failed ? `: FAILED ${JSON.stringify(String(result.counterexample?.[0]))}` : '';
  console.log(
    `${sample.file}: ${imported} imported, ${refused} refused, ${Math.round(longestMs)} ms at most${failure}`,
  );
  if (result.failed) process.exitCode = 1;
}
