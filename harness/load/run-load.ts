/** Runs a plan again and again while k6 drives tabs against the application, and joins what both have recorded. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../plan/plan.ts';
import type { Backend } from '../port/backend.ts';
import type { LoadSummary } from '../port/load.ts';
import type { Subject } from '../port/subject.ts';
import { realHost } from '../runner/host.ts';
import { runPlan, type RunningParts, type RunOutcome } from '../runner/run-plan.ts';
import { storiesOf } from '../runner/seeding.ts';
import { createRunFolder, type RunFolder } from '../runner/store.ts';
import { answerReader, firstQuery } from './answer-reader.ts';
import { runK6 } from './k6-process.ts';
import { serveControl } from './load-control.ts';
import { LoadLogs } from './load-logs.ts';
import { profiles, type LoadShape, type ProfileName } from './load-profiles.ts';
import { LEAD_MS, nameInRound, roundsOf, type Rounds } from './load-rounds.ts';
import { mergeLoad } from './merge-load.ts';
import type { Waited } from '../subject/request-queue.ts';
import { openTabServers } from './tab-servers.ts';
import { statusPathFor } from '../status-path.ts';

export interface LoadOptions {
  /** The plan of one round. */
  plan: Plan;
  subject: Subject;
  /** How the user named the subject, and the folder in which it was looked for. */
  subjectAs: string;
  folder: string;
  backend: Backend;
  reportRoot: string;
  ownsTarget: boolean;
  profile: ProfileName;
  shape: LoadShape;
  /** From one round to the next. */
  roundEveryMs?: number | undefined;
  /** Servers of a subject that is made of modules. */
  servers: number;
  /** Thresholds of k6: metric → expressions. */
  thresholds: Readonly<Record<string, readonly string[]>>;
  /** The program, and further arguments for it. */
  k6: string;
  k6Arguments: readonly string[];
  onProgress(message: string): void;
  signal: AbortSignal;
}

export interface LoadOutcome {
  /** What the run recorded without the tabs of k6. */
  run: RunOutcome;
  /** The plan of all rounds, and the number of rounds. */
  plan: Plan;
  rounds: number;
  summary: LoadSummary;
  planFile: string;
  historyFile: string;
  folder: RunFolder;
  /** By how much the end of a poll may be later in the history than it was, in milliseconds. */
  slackMs: number;
}

/** How long one poll may take. */
const POLL_MS_MAX = 10_000;

/** @throws RatchetError if the load cannot start; later failures are in the outcome */
export async function runLoad(options: LoadOptions): Promise<LoadOutcome> {
  const { plan: base, subject, shape } = options;
  const rounds = roundsOf(base, shape.durationMs, options.roundEveryMs);
  const folder = createRunFolder(options.reportRoot, rounds.plan, subject.name);
  const files = new LoadFiles(join(folder.path, 'load'));
  const logs = new LoadLogs(files.services);
  const stories = storiesInRounds(base, rounds);
  const load = new TabLoad(options, stories, files, logs);
  try {
    const run = await runPlan({
      plan: rounds.plan,
      subject,
      backend: options.backend,
      host: realHost,
      sink: folder.sink,
      ownsTarget: options.ownsTarget,
      onProgress: options.onProgress,
      signal: options.signal,
      onRequest: (exchange, time) => logs.requested(exchange, time),
      onExchange: (exchange) => logs.ended(exchange),
      beside: (parts, signal) => load.drive(parts, signal),
    });
    await logs.close();
    options.onProgress('joining the polls with the history');
    const merged = await mergeLoad(run, {
      subject,
      stories: stories.map(({ story }) => story),
      linesFile: files.lines,
      servicesFile: files.services,
      barriers: logs.barriers,
      pollMsMax: POLL_MS_MAX,
      historyFile: folder.historyFile,
    });
    const summary = { ...merged.summary, ...load.described(), profile: profiles[options.profile].describe(shape) };
    files.removeLines();
    const { planFile, historyFile } = folder;
    const { slackMs } = merged;
    return { run, plan: rounds.plan, rounds: rounds.count, summary, planFile, historyFile, folder, slackMs };
  } catch (error) {
    await logs.close();
    folder.close();
    throw error;
  }
}

/** The files of a load, in a folder of the run's. */
class LoadFiles {
  readonly lines: string;
  readonly services: string;
  readonly stories: string;
  readonly summary: string;

  constructor(folder: string) {
    mkdirSync(folder);
    this.lines = join(folder, 'tabs.log');
    this.services = join(folder, 'services.ndjson');
    this.stories = join(folder, 'stories.json');
    this.summary = join(folder, 'k6-summary.json');
  }

  /** All that they say is in the history now. */
  removeLines(): void {
    for (const file of [this.lines, this.services]) rmSync(file, { force: true });
  }
}

/** The tabs, from the start of the generations to the end of k6. */
class TabLoad {
  readonly #options: LoadOptions;
  readonly #stories: readonly RoundStory[];
  readonly #files: LoadFiles;
  readonly #logs: LoadLogs;
  #crossed: string[] = [];
  #waited: Waited[] = [];

  constructor(options: LoadOptions, stories: readonly RoundStory[], files: LoadFiles, logs: LoadLogs) {
    this.#options = options;
    this.#stories = stories;
    this.#files = files;
    this.#logs = logs;
  }

  async drive(run: RunningParts, signal: AbortSignal): Promise<void> {
    const { subject, servers: count, subjectAs, folder, k6, k6Arguments } = this.#options;
    const over = new AbortController();
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => undefined);
    const control = await serveControl(run.clock, answerReader(subject));
    const { supabaseUrl, publishableKey, secretKey } = run;
    const environment = { supabaseUrl, publishableKey, secretKey };
    const stories = this.#stories;
    const following = this.#logs.follow(run, over.signal);
    try {
      const onEnd = failed.reject;
      const modules = { subject: subjectAs, folder, environment, stories: stories.map(({ story }) => story) };
      const servers = await openTabServers(subject, run.instances, { ...modules, count, onEnd });
      const stop = AbortSignal.any([signal, over.signal]);
      try {
        const paths = stories.map(({ story, fromMs }) => ({ path: statusPathFor(subject, story), from_ms: fromMs }));
        writeFileSync(this.#files.stories, JSON.stringify(paths));
        const variables = this.#variables(servers.urls, control.url, run);
        const { lines: linesFile, summary: summaryFile } = this.#files;
        const tabs = runK6({ k6, variables, linesFile, summaryFile, arguments: k6Arguments }, stop);
        this.#crossed = (await Promise.race([tabs, failed.promise])).crossed;
        if (!signal.aborted) this.#waited = await servers.waited();
      } finally {
        over.abort();
        servers.close();
      }
    } finally {
      over.abort();
      control.close();
      await following;
    }
  }

  described(): Pick<LoadSummary, 'crossed' | 'harness'> {
    const requests = this.#waited.reduce((sum, each) => sum + each.requests, 0);
    const mean = this.#waited.reduce((sum, each) => sum + each.meanMs * each.requests, 0) / Math.max(1, requests);
    const queuedMs = { mean, max: Math.max(0, ...this.#waited.map(({ maxMs }) => maxMs)) };
    return { crossed: this.#crossed, harness: { eventLoopMs: this.#logs.eventLoopMs(), queuedMs } };
  }

  #variables(urls: readonly string[], controlUrl: string, run: RunningParts): Record<string, string> {
    const { plan, subject, profile, shape, thresholds } = this.#options;
    const { isPacedByRate, scenario } = profiles[profile];
    const [first] = plan.observers;
    const headers = first === undefined ? {} : (run.credentials.get(first.session) ?? {});
    const countsReads = plan.properties.includes('monotonic-reads') || subject.frontEnd.display === 'as-arrived';
    return {
      RATCHET_TARGET: urls.join(','),
      RATCHET_CONTROL: controlUrl,
      RATCHET_STORIES: this.#files.stories,
      RATCHET_STORIES_PER_ROUND: String(storiesOf(plan).length),
      RATCHET_EVERY_MS: String(isPacedByRate === true ? 0 : shape.everyMs),
      RATCHET_TIMEOUT_MS: String(POLL_MS_MAX),
      RATCHET_QUERY: firstQuery(subject),
      RATCHET_HEADERS: JSON.stringify(headers),
      RATCHET_REVERSIONS: countsReads ? 'reads' : 'shows',
      RATCHET_SCENARIO: JSON.stringify(scenario(shape)),
      RATCHET_THRESHOLDS: JSON.stringify(thresholds),
    };
  }
}

interface RoundStory {
  story: string;
  /** When tabs go to its page: milliseconds of the run. */
  fromMs: number;
}

/** In the order of the rounds; that of the first is polled from the start. */
function storiesInRounds(plan: Plan, { count, everyMs }: Rounds): RoundStory[] {
  return Array.from({ length: count }, (_, at) => {
    const fromMs = at === 0 ? 0 : LEAD_MS + at * everyMs;
    return storiesOf(plan).map((story) => ({ story: nameInRound(story, at + 1), fromMs }));
  }).flat();
}
