/** What every kind of subject is made from. */
import type { Subject } from '../port/subject.ts';

/** Of the optional fields the defaults are in `subjectFields`. */
export interface SubjectOptions extends Omit<
  Subject,
  'createInstance' | 'capabilities' | 'description' | 'keyOf' | 'storyRow' | 'frontEnd'
> {
  /** One line for `ratchet list`. */
  description?: Subject['description'];
  /** By default, the key of a story is its name. */
  keyOf?: Subject['keyOf'];
  /** Columns of a new row besides the key; none by default. */
  storyRow?: Subject['storyRow'];
  /** By default the page sends nothing with its requests, and shows every answer as it arrives. */
  frontEnd?: Subject['frontEnd'];
}

/** The fields of a subject that its options give. */
export function subjectFields(options: SubjectOptions): Omit<Subject, 'createInstance' | 'capabilities'> {
  return {
    description: 'an application under test',
    keyOf: (story) => story,
    storyRow: () => ({}),
    frontEnd: { query: () => ({}), display: 'as-arrived' },
    ...options,
  };
}
