/** The names of a run's stories, by the keys of their rows: the application knows the keys, the history the names. */
import { UsageError } from '../errors.ts';
import type { Subject } from '../port/subject.ts';
import { keyText } from '../tracked-values.ts';

export interface StoryKeys {
  /** The name of the story with this key, see `keyText`; the key itself if it belongs to no story of the run. */
  storyOf(key: string): string;
}

/** @throws UsageError if two stories have the same key */
export function storyKeys(stories: Iterable<string>, { keyOf, tracked, name }: KeyedSubject): StoryKeys {
  const names = new Map<string, string>();
  for (const story of stories) {
    const key = keyText(keyOf(story), tracked);
    const other = names.get(key);
    if (other !== undefined) throw sameKey(name, key, [other, story]);
    names.set(key, story);
  }
  return { storyOf: (key) => names.get(key) ?? key };
}

type KeyedSubject = Pick<Subject, 'name' | 'keyOf' | 'tracked'>;

function sameKey(subject: string, key: string, stories: readonly string[]): UsageError {
  return new UsageError(
    'subject-invalid',
    `the subject ${subject} gives ${stories.join(' and ')} the same key ${key}`,
    'keyOf must return another key for each story',
  );
}
