/** Reads answers of the status route for tabs in another program, which cannot call the functions of a subject. */
import type { ObservedProgress, SeenProgress, Subject } from '../port/subject.ts';
import { withSeen } from '../seen-progress.ts';

/** What a tab has to know of an answer. */
export interface ReadAnswer {
  /** As words, see `wordsOf`; `-` if there is no progress. */
  words: string;
  /** The query of the next poll, with its `?`; empty without one. */
  query: string;
}

export type ReadAnswerOf = (body: string, seen: string) => ReadAnswer;

/** `GENERATION PROGRESS STATUS`, with the status as a component of a URL; empty if there is none. */
export function wordsOf({ generation, progress, status = '' }: ObservedProgress): string {
  return `${generation} ${progress} ${encodeURIComponent(status)}`;
}

export function valueOf(words: string): ObservedProgress {
  const [generation, progress, status = ''] = words.split(' ');
  return {
    generation: Number(generation),
    progress: Number(progress),
    ...(status === '' ? {} : { status: decodeURIComponent(status) }),
  };
}

/** The `seen` of a tab is the words of the greatest value and the greatest number, or `-`. */
export function answerReader({ readStatus, frontEnd }: Pick<Subject, 'readStatus' | 'frontEnd'>): ReadAnswerOf {
  return (body, seen) => {
    const value = progressIn(body, readStatus);
    if (value === undefined) return { words: '-', query: queryText(frontEnd.query(seenIn(seen))) };
    return { words: wordsOf(value), query: queryText(frontEnd.query(withSeen(seenIn(seen), value))) };
  };
}

/** The query of the first poll of a page. */
export function firstQuery({ frontEnd }: Pick<Subject, 'frontEnd'>): string {
  return queryText(frontEnd.query(undefined));
}

function progressIn(body: string, read: Subject['readStatus']): ObservedProgress | undefined {
  try {
    return read(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function seenIn(text: string): SeenProgress | undefined {
  if (text === '' || text === '-') return undefined;
  return { greatest: valueOf(text), greatestNumber: Number(text.split(' ')[3] ?? 0) };
}

function queryText(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
}
