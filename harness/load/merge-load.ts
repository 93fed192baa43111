/** Joins the files of a load with the history of its run, line by line: a million polls need no more memory than a few. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { displays } from '../channels/display/display-registry.ts';
import { EnvironmentError } from '../errors.ts';
import { formatHeader } from '../history/codec.ts';
import type { History, HistoryHeader } from '../history/event.ts';
import type { LoadSummary } from '../port/load.ts';
import type { DisplayPolicy, Subject } from '../port/subject.ts';
import { ClockOffsets } from './clock-offsets.ts';
import { HistoryOutput } from './history-output.ts';
import { KnownTimes, type Barrier } from './known-times.ts';
import { LoadTally } from './load-tally.ts';
import { PollMerger } from './merge-polls.ts';
import { readTabLines, type PollLine } from './poll-lines.ts';
import { PollServices } from './service-lines.ts';

export interface LoadFilesToMerge {
  subject: Pick<Subject, 'frontEnd'>;
  /** By position. */
  stories: readonly string[];
  /** What tabs have written, one file for each machine. */
  linesFile: string;
  servicesFile: string;
  barriers: readonly Barrier[];
  /** How long one poll may take. */
  pollMsMax: number;
  /** Replaced by the joined history. */
  historyFile: string;
}

export interface MergedLoad {
  summary: Omit<LoadSummary, 'profile' | 'crossed' | 'harness'>;
  slackMs: number;
}

/** Lines may be written a little later than the end of their polls. */
const WRITE_MS_MAX = 5_000;

/** @throws UsageError for a file that tabs have not written; EnvironmentError if it cannot be written */
export async function mergeLoad({ history }: { history: History }, files: LoadFilesToMerge): Promise<MergedLoad> {
  if (!existsSync(files.linesFile))
    throw new EnvironmentError('load-without-polls', 'k6 wrote no line: no tab has polled');
  const offsets = new ClockOffsets();
  await readTabLines(files.linesFile, { poll: () => undefined, clock: (line) => offsets.add(line) });
  const fresh = `${files.historyFile}.part`;
  const output = new HistoryOutput(fresh);
  try {
    output.write(`${formatHeader(headerOf(history, offsets))}\n`);
    const joined = await joinPolls(history, files, offsets, output);
    output.close();
    renameSync(fresh, files.historyFile);
    return joined;
  } catch (error) {
    output.close();
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** The plan of all rounds is in a file of its own: a reader would take it for that of the tabs of k6, too. */
function headerOf({ header }: History, offsets: ClockOffsets): HistoryHeader {
  const { plan: _, ...rest }: HistoryHeader = header ?? { history: 1 };
  return { ...rest, clock_uncertainty_ms: offsets.uncertaintyMs };
}

async function joinPolls(
  history: History,
  files: LoadFilesToMerge,
  offsets: ClockOffsets,
  output: HistoryOutput,
): Promise<MergedLoad> {
  const { stories, barriers, linesFile, servicesFile } = files;
  const tally = new LoadTally();
  const services = new PollServices(servicesFile);
  const merger = new PollMerger({
    own: history.events,
    known: new KnownTimes(history.events, barriers),
    stories,
    display: displayOf(files.subject),
    pollMsMax: files.pollMsMax + WRITE_MS_MAX,
    write: (line) => output.write(line),
  });
  const add = async (poll: PollLine): Promise<void> => {
    const offset = offsets.at(poll.startMs);
    const operation = `load-${poll.tab}#${poll.ordinal}`;
    const service = await services.take(operation, poll.endMs + offset.most);
    tally.add(poll, poll.startMs + (offset.least + offset.most) / 2, service?.supabaseMs);
    merger.add(poll, offset, service);
  };
  await readTabLines(linesFile, { poll: add, clock: () => undefined });
  merger.end();
  const summary = { ...tally.summary(), clockUncertaintyMs: offsets.uncertaintyMs };
  return { summary, slackMs: merger.movedMsMax };
}

function displayOf({ frontEnd: { display } }: Pick<Subject, 'frontEnd'>): DisplayPolicy {
  return typeof display === 'string' ? displays[display] : display;
}
