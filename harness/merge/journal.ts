/**
 * The journal of a command: a line when it begins, one for each thing that it has judged, and one when it ends. What a
 * command that was killed has judged is in it, and that it did not end.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Validity } from '../checker/verdict.ts';
import { makeFolder } from '../make-folder.ts';
import type { JudgedExploration, JudgedRun, Reporter, ShardPart, VerbStart } from '../port/reporter.ts';
import type { Shard } from '../port/shard.ts';
import { writing } from '../writing.ts';

export type JournalVerb = 'run' | 'explore' | 'matrix';

/** The first line. */
export interface JournalHead {
  journal: 1;
  verb: JournalVerb;
  shard: Shard;
  /** The version of Ratchet. */
  version: string;
  /** What was asked for, by option; shards of one command have the same. */
  settings: Readonly<Record<string, unknown>>;
}

/** A command begins, or the next subject of a matrix. */
export interface JournalBegin {
  begin: Pick<VerbStart, 'leftOut' | 'defaults'> & { part: ShardPart };
}

/** A run, in the order of `mine`. Its files are in `folder`, relative to the reports. */
export interface JournalRun {
  run: Readonly<Record<string, unknown>>;
  folder: string | undefined;
  replay: string | undefined;
  sources?: JudgedRun['sources'];
}

/** An exploration, in the order of `mine`. */
export interface JournalExploration {
  exploration: Omit<JudgedExploration, 'found'>;
  /** Of a found plan: all but its runs. */
  found?: Omit<NonNullable<JudgedExploration['found']>, 'runs'>;
  runs: (JournalRun & { isConfirmed: boolean; attempt: number })[];
}

export interface JournalEnd {
  end: { valid: Validity; durationMs: number; error?: string };
}

export type JournalLine = JournalBegin | JournalRun | JournalExploration | JournalEnd;

export const JOURNALS = 'journals';

function journalFile(report: string, verb: JournalVerb, { number, of }: Shard): string {
  return join(report, JOURNALS, `${verb}-${number}-of-${of}.ndjson`);
}

export class Journal {
  readonly #file: string;
  readonly #report: string;

  /**
   * Replaces the journal of an earlier command of the same shard.
   * @throws EnvironmentError if it cannot be written
   */
  constructor(report: string, head: Omit<JournalHead, 'journal'>) {
    this.#report = report;
    this.#file = journalFile(report, head.verb, head.shard);
    this.#onDisk(() => {
      makeFolder(dirname(this.#file));
      writeFileSync(this.#file, `${JSON.stringify({ journal: 1, ...head } satisfies JournalHead)}\n`);
    });
  }

  /** Passes everything on to a reporter once it is in the journal. */
  attach(reporter: Reporter): Reporter {
    return {
      begin: (start) => {
        const { leftOut, defaults, part } = start;
        if (part !== undefined) this.#append({ begin: { leftOut, defaults, part } });
        return reporter.begin?.(start);
      },
      starting: (title) => reporter.starting?.(title),
      ran: (run) => {
        this.#append(this.#lineOf(run));
        return reporter.ran?.(run);
      },
      explored: (exploration) => {
        this.#append(this.#explorationLine(exploration));
        return reporter.explored?.(exploration);
      },
      end: (end) => {
        const { valid, durationMs, error } = end;
        this.end(valid, durationMs, error);
        return reporter.end?.(end);
      },
    };
  }

  end(valid: Validity, durationMs: number, error?: Error): void {
    this.#append({ end: { valid, durationMs, ...(error === undefined ? {} : { error: error.message }) } });
  }

  #lineOf({ record, historyFile, replay, sources }: JudgedRun): JournalRun {
    const folder = historyFile === undefined ? undefined : relative(this.#report, dirname(historyFile));
    return { run: record, folder, replay, ...(sources === undefined ? {} : { sources }) };
  }

  #explorationLine({ found, ...exploration }: JudgedExploration): JournalExploration {
    if (found === undefined) return { exploration, runs: [] };
    const { runs, ...rest } = found;
    const lines = runs.map((run) => ({
      ...this.#lineOf(run),
      isConfirmed: run.isConfirmed,
      attempt: run.attempt,
    }));
    return { exploration, found: rest, runs: lines };
  }

  #append(line: JournalLine): void {
    this.#onDisk(() => appendFileSync(this.#file, `${JSON.stringify(line)}\n`));
  }

  #onDisk(work: () => void): void {
    writing(this.#file, 'report-unwritable', 'choose another folder with --report DIR', work);
  }
}
