/** Makes a history of what tabs on several machines have written, without a run of Ratchet: no commits are known. */
import { displays } from '../channels/display/display-registry.ts';
import { UsageError } from '../errors.ts';
import { formatHeader } from '../history/codec.ts';
import { HistoryOutput } from './history-output.ts';
import { KnownTimes } from './known-times.ts';
import { PollMerger } from './merge-polls.ts';
import { readTabLines, type PollLine } from './poll-lines.ts';

/**
 * Each tab is on one machine, so that the order of its polls is known; the clocks of different machines are not compared.
 * @throws UsageError for files without a poll
 */
export async function mergeTabLines(files: readonly string[], historyFile: string): Promise<void> {
  let first = Number.POSITIVE_INFINITY;
  const stories: string[] = [];
  await readPolls(files, ({ startMs, story }) => {
    first = Math.min(first, startMs);
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

async function readPolls(files: readonly string[], poll: (line: PollLine) => void): Promise<void> {
  for (const file of files) await readTabLines(file, { poll, clock: () => undefined }, 'skip');
}
