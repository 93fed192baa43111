/** Reads journals of shards. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { ShardPart, VerbStart } from '../port/reporter.ts';
import { shortPath } from '../short-path.ts';
import {
  JOURNALS,
  type JournalBegin,
  type JournalEnd,
  type JournalExploration,
  type JournalHead,
  type JournalLine,
  type JournalRun,
} from './journal.ts';

export type JournalItem = JournalRun | JournalExploration;

/** What one begin of a journal announces, and what was judged of it. */
export interface JournalSection {
  leftOut: VerbStart['leftOut'];
  defaults: VerbStart['defaults'];
  part: ShardPart;
  /** In the order of `part.mine`; fewer if the command did not end. */
  items: JournalItem[];
}

export interface ReadJournal {
  file: string;
  /** The folder of the reports, in which the runs are. */
  report: string;
  head: JournalHead;
  sections: JournalSection[];
  /** `undefined`: the command was killed. */
  end: JournalEnd['end'] | undefined;
}

/**
 * @param path a folder of reports, or a journal
 * @throws UsageError for a path without journals, and for a journal that is not valid
 */
export function readJournals(path: string): ReadJournal[] {
  return journalsIn(path).map(readJournal);
}

function journalsIn(path: string): string[] {
  if (existsSync(path) && statSync(path).isFile()) return [path];
  const folder = join(path, JOURNALS);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ndjson')) : [];
  if (names.length > 0) return names.toSorted().map((name) => join(folder, name));
  const what = existsSync(path) ? `there is no ${JOURNALS}/*.ndjson in it` : 'no such folder';
  throw new UsageError('journal-missing', `${shortPath(path)}: ${what}`, 'give the folder of the reports of a shard');
}

/** @throws UsageError that names the file and the line, if it is not valid */
function readJournal(file: string): ReadJournal {
  const [first, ...lines] = linesOf(file);
  if (first === undefined || !isHead(first)) throw invalid(file, 1, 'it is not the journal of a command');
  const read: ReadJournal = { file, report: dirname(dirname(file)), head: first, sections: [], end: undefined };
  for (const [at, line] of (lines as unknown as JournalLine[]).entries()) {
    const section = read.sections.at(-1);
    if ('begin' in line) read.sections.push(sectionOf(line));
    else if ('end' in line) read.end = line.end;
    else if (section !== undefined && section.items.length < section.part.mine.length) section.items.push(line);
    else throw invalid(file, at + 2, 'it has judged more than it announced');
  }
  return read;
}

function sectionOf({ begin: { leftOut, defaults, part } }: JournalBegin): JournalSection {
  return { leftOut, defaults, part, items: [] };
}

/** The last line may be cut off, if the process was killed while it wrote. */
function linesOf(file: string): Record<string, unknown>[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, at) => parseLine(line, file, at + 1));
}

function parseLine(line: string, file: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused below, like any other value.
  }
  throw invalid(file, number, 'it is not a line of a journal');
}

function isHead(line: object): line is JournalHead {
  return 'journal' in line && line.journal === 1 && 'verb' in line && 'shard' in line && 'settings' in line;
}

function invalid(file: string, line: number, what: string): UsageError {
  return new UsageError('journal-invalid', `${shortPath(file)}:${line}: ${what}`, 'run the shard again');
}
