/** The shards of one command: that they belong together, and which of them are missing. */
import { UsageError } from '../errors.ts';
import type { RunTitle, VerbStart } from '../port/reporter.ts';
import { firstOf, itemAt } from '../required.ts';
import { shortPath } from '../short-path.ts';
import type { JournalExploration, JournalRun } from './journal.ts';
import type { JournalItem, JournalSection, ReadJournal } from './journal-file.ts';

export interface MergedSection {
  leftOut: VerbStart['leftOut'];
  defaults: VerbStart['defaults'];
  titles: readonly RunTitle[];
  /** By position in `titles`: what was judged, by the shards that did. */
  items: readonly { journal: ReadJournal; item: JournalItem }[][];
}

/**
 * @throws UsageError if two journals are not of the same command, or are the same shard
 */
export function requireOneCommand(journals: readonly ReadJournal[]): void {
  const first = firstOf(journals);
  if (first.head.settings['exhaustive'] !== undefined) {
    const what = `${shortPath(first.file)} is of an exhaustive search, which states for each shard what it tried`;
    throw new UsageError('shards-mixed', what, 'the statements of all shards together are that of the search');
  }
  for (const other of journals.slice(1)) {
    const difference = differenceOf(first, other);
    if (difference !== undefined) throw mixed(`${shortPath(other.file)} was made with ${difference}`);
  }
  for (const [at, journal] of journals.entries()) {
    const same = journals.slice(0, at).find(({ head }) => head.shard.number === journal.head.shard.number);
    if (same === undefined) continue;
    const { number, of } = journal.head.shard;
    throw mixed(`shard ${number} of ${of} is given twice: ${shortPath(same.file)} and ${shortPath(journal.file)}`);
  }
}

function mixed(what: string): UsageError {
  return new UsageError('shards-mixed', what, 'merge the shards of one command: the same options, project and version');
}

/** The first thing in which two journals differ, e.g. `seed 2, and a.ndjson with seed 1`. */
function differenceOf(first: ReadJournal, other: ReadJournal): string | undefined {
  const told = (name: string, mine: unknown, theirs: unknown): string =>
    `${name} ${wordOf(theirs)}, and ${shortPath(first.file)} with ${name} ${wordOf(mine)}`;
  const fields = [
    ['the command', first.head.verb, other.head.verb],
    ['version', first.head.version, other.head.version],
    ['a number of shards of', first.head.shard.of, other.head.shard.of],
  ] as const;
  for (const [name, mine, theirs] of fields) if (mine !== theirs) return told(name, mine, theirs);
  const names = new Set([...Object.keys(first.head.settings), ...Object.keys(other.head.settings)]);
  for (const name of names) {
    const [mine, theirs] = [first.head.settings[name], other.head.settings[name]];
    if (JSON.stringify(mine) !== JSON.stringify(theirs)) return told(name, mine, theirs);
  }
  for (const [at, section] of first.sections.entries()) {
    const theirs = other.sections[at];
    if (theirs === undefined) continue;
    const isSame = (what: (one: JournalSection) => unknown): boolean =>
      JSON.stringify(what(section)) === JSON.stringify(what(theirs));
    if (!isSame(({ part }) => part.plans)) return `other plans than ${shortPath(first.file)}`;
    if (!isSame(({ part }) => part.titles) || !isSame(({ leftOut }) => leftOut))
      return `other runs than ${shortPath(first.file)}`;
  }
  return undefined;
}

function wordOf(value: unknown): string {
  return value === undefined ? 'by default' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the shards announced and judged together. */
export function mergeSections(journals: readonly ReadJournal[]): MergedSection[] {
  const longest = journals.toSorted((a, b) => b.sections.length - a.sections.length)[0];
  return (longest?.sections ?? []).map(({ leftOut, defaults, part: { titles } }, at) => {
    const items: MergedSection['items'] = titles.map(() => []);
    for (const journal of journals) addItems(items, journal, at);
    return { leftOut, defaults, titles, items };
  });
}

function addItems(items: MergedSection['items'], journal: ReadJournal, section: number): void {
  const { part, items: judged = [] } = journal.sections[section] ?? {};
  for (const [at, item] of judged.entries()) itemAt(items, itemAt(part?.mine ?? [], at)).push({ journal, item });
}

/** One line that names the shards that are missing or did not end; `undefined` if there are none. */
export function describeMissing(journals: readonly ReadJournal[]): string | undefined {
  const { of } = firstOf(journals).head.shard;
  const numbers = Array.from({ length: of }, (_, at) => at + 1);
  const shardOf = (number: number): ReadJournal | undefined =>
    journals.find(({ head }) => head.shard.number === number);
  const missing = numbers.filter((number) => shardOf(number) === undefined);
  const stopped = numbers.filter((number) => shardOf(number) !== undefined && !hasJudgedAll(shardOf(number)));
  const parts = [
    ...(missing.length === 0 ? [] : [`${shards(missing, of)} ${missing.length === 1 ? 'is' : 'are'} missing`]),
    ...(stopped.length === 0 ? [] : [`${shards(stopped, of)} did not run to the end`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', and ');
}

function hasJudgedAll(journal: ReadJournal | undefined): boolean {
  if (journal?.end === undefined || journal.end.error !== undefined) return false;
  return journal.sections.every(({ part, items }) => items.length === part.mine.length);
}

function shards(numbers: readonly number[], of: number): string {
  return `${numbers.length === 1 ? 'shard' : 'shards'} ${numbers.join(', ')} of ${of}`;
}

export function isRunLine(item: JournalItem): item is JournalRun {
  return 'run' in item;
}

export function isExplorationLine(item: JournalItem): item is JournalExploration {
  return 'exploration' in item;
}
