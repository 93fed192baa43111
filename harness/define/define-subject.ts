import { DISPLAY_NAMES } from '../channels/display/display-registry.ts';
import type { Subject } from '../port/subject.ts';
import {
  aFunction,
  aFunctionOr,
  aListOf,
  aName,
  aText,
  anObject,
  requireFields,
  type Definition,
} from './required-fields.ts';

const SUBJECT: Definition = {
  name: 'subject',
  fields: {
    name: aName,
    description: aText,
    tracked: anObject,
    'tracked.table': aText,
    'tracked.key': aText,
    'tracked.generation?': aText,
    'tracked.progress': aText,
    'tracked.status?': aText,
    migrations: aListOf('paths'),
    'simulation?': anObject,
    storyRow: aFunction,
    frontEnd: anObject,
    'frontEnd.query': aFunction,
    'frontEnd.display': aFunctionOr(...DISPLAY_NAMES),
    readStatus: aFunction,
    'capabilities?': aListOf('capabilities'),
    'withstands?': anObject,
    createInstance: aFunction,
  },
  hint: 'make it with modulesSubject, commandSubject or urlSubject, whose types describe every field',
};

/**
 * Returns the application under test unchanged, for the file of a subject.
 * @param subject the result of `modulesSubject`, `commandSubject` or `urlSubject`, or your own implementation of the port
 * @throws UsageError `subject-invalid` that names the missing or invalid field
 */
export function defineSubject(subject: Subject): Subject {
  requireFields(subject, SUBJECT);
  return subject;
}
