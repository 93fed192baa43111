/**
 * Reads spoiled files of every format: `npm run bench -- spoiled-logs`, or `node bench/spoiled-logs.ts RUNS SEED NAME`, where only the
 * inputs with NAME in their name are read. Prints how many were imported and how many refused, and the longest time. Exit code 1
 * if one crashes, hangs, or is refused without its line.
 */
import * as fc from 'fast-check';
import { exportJepsenEdn } from '../harness/history/export/jepsen-edn-export.ts';
import { formatEvent } from '../harness/history/codec.ts';
import { FINE, outcomeOf, sampleLogs, spoiledLog } from '../harness/history/import/log/spoiled-logs.test-support.ts';
import { historyArbitrary } from '../harness/history/random-history.test-support.ts';
import { spoiledArbitrary } from '../harness/history/spoiled-file.test-support.ts';
import { FINE_TAB_LINES, outcomeOfTabLines, spoiledTabLines } from '../harness/load/spoiled-tab-lines.test-support.ts';

interface SpoiledInput {
  name: string;
  bytes: fc.Arbitrary<Buffer>;
  outcome(bytes: Uint8Array): Promise<string>;
  fine: RegExp;
}

const [runs = 10_000, seed = 1] = process.argv.slice(2, 4).map(Number);
const wanted = process.argv[4] ?? '';
/** A small file that takes longer is taken to hang. */
const HANGS_MS = 5000;

const histories = fc.oneof(historyArbitrary('progress'), historyArbitrary('register'));
const jepsenLines = historyArbitrary('register').map((history) =>
  history.events.flatMap(({ type, f, process, value }) =>
    f === 'read' || f === 'write' || f === 'cas'
      ? [JSON.stringify({ type, f, process: Number(process) || 0, value })]
      : [],
  ),
);
const inputs: SpoiledInput[] = [
  ...sampleLogs.map((sample) => ({
    name: sample.file,
    bytes: spoiledLog(sample),
    outcome: (bytes: Uint8Array) => outcomeOf(bytes, sample),
    fine: FINE,
  })),
  imported(
    'ratchet',
    histories.map(({ events }) => events.map((event) => formatEvent(event))),
  ),
  imported(
    'jepsen-edn',
    histories.map((history) => [...exportJepsenEdn(history)].join('').split('\n')),
  ),
  imported('jepsen-json', jepsenLines),
  { name: 'tab-lines', bytes: spoiledTabLines(), outcome: outcomeOfTabLines, fine: FINE_TAB_LINES },
];

for (const input of inputs.filter(({ name }) => name.includes(wanted))) await readSpoiled(input);

function imported(format: string, lines: fc.Arbitrary<string[]>): SpoiledInput {
  const outcome = (bytes: Uint8Array): Promise<string> => outcomeOf(bytes, { format, file: format });
  return { name: format, bytes: spoiledArbitrary(lines), outcome, fine: FINE };
}

async function readSpoiled({ name, bytes: arbitrary, outcome: read, fine }: SpoiledInput): Promise<void> {
  let [accepted, refused, longestMs] = [0, 0, 0];
  const property = fc.asyncProperty(arbitrary, async (bytes) => {
    const began = performance.now();
    const outcome = await read(bytes);
    const tookMs = performance.now() - began;
    longestMs = Math.max(longestMs, tookMs);
    if (outcome === 'imported') accepted += 1;
    else refused += 1;
    return fine.test(outcome) && tookMs < HANGS_MS;
  });
  const result = await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  const failure = result.failed ? `: FAILED ${JSON.stringify(String(result.counterexample?.[0]))}` : '';
  console.log(`${name}: ${accepted} imported, ${refused} refused, ${Math.round(longestMs)} ms at most${failure}`);
  if (result.failed) process.exitCode = 1;
}
