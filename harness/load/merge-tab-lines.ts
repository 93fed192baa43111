/** Makes a history of what tabs on several machines have written, without a run of Ratchet: no commits are known. */
import { displays } from '../channels/display/display-registry.ts';
import { UsageError } from '../errors.ts';
import { formatHeader } from '../history/codec.ts';
import { HistoryOutput } from './history-output.ts';
import { KnownTimes } from './known-times.ts';
import { PollMerger } from './merge-polls.ts';
import { readTabLines, type PollLine } from './poll-lines.ts';

/** Times in a history are nanoseconds, which must be exact. */
const SPAN_MS_MAX = 100 * 86_400_000;

/**
 * Each tab is on one machine, so that the order of its polls is known; the clocks of different machines are not compared.
 * @throws UsageError for files without a poll
 */
export async function mergeTabLines(files: readonly string[], historyFile: string): Promise<void> {
  let first = Number.POSITIVE_INFINITY;
  const stories: string[] = [];
  let last = 0;
  await readPolls(files, ({ startMs, endMs, story }, at) => {
    first = Math.min(first, startMs);
    last = Math.max(last, endMs);
    if (last - first > SPAN_MS_MAX) throw tooLong(at);
    stories[story] = `story-${story + 1}`;
  });
  if (stories.length === 0) {
    const hint = 'they hold what tab-script.ts wrote: see docs/LOAD.md';
    throw new UsageError('tab-lines-missing', `${files.join(', ')}: no poll of a tab`, hint);
  }
  const output = new HistoryOutput(historyFile);
  try {
    output.write(`${formatHeader({ history: 1 })}\n`);
    const merger = new PollMerger({
      own: [],
      known: new KnownTimes([], []),
      stories,
      display: displays['as-arrived'],
      // The lines of one machine may follow those of another.
      pollMsMax: Number.POSITIVE_INFINITY,
      write: (line) => output.write(line),
    });
    await readPolls(files, (poll) => merger.add(poll, { least: -first, most: -first }, undefined));
    merger.end();
  } finally {
    output.close();
  }
}

function tooLong(at: string): UsageError {
  const problem = `${at}: is a poll more than ${SPAN_MS_MAX / 86_400_000} days before or after another one`;
  return new UsageError('tab-lines-apart', problem, 'merge the lines of one load');
}

async function readPolls(files: readonly string[], poll: (line: PollLine, at: string) => void): Promise<void> {
  for (const file of files) await readTabLines(file, { poll, clock: () => undefined }, 'skip');
}
