import { DISPLAY_NAMES } from '../channels/display/display-registry.ts';
import type { Subject } from '../port/subject.ts';
import { KEY_TYPE_NAMES } from '../subject/key-types.ts';
import { subjectOf, type SubjectDefinition } from '../subject/subject-definition.ts';
import { requireModel } from './define-model.ts';
import {
  aFunction,
  aFunctionOr,
  aListOf,
  aName,
  aNumber,
  aText,
  anObject,
  aValueThat,
  requireFields,
  type Definition,
  type Field,
} from './required-fields.ts';

/** A subject that implements the port itself. By default, the key of a story is its name. */
export type ReadySubject = Omit<Subject, 'keyOf'> & Partial<Pick<Subject, 'keyOf'>>;

const isText = aText.holds;
const isTexts = (value: unknown): boolean => isText(value) || aListOf('').holds(value);
const isWithColumn = (value: unknown): boolean =>
  isText(value) || (anObject.holds(value) && 'column' in (value as object));

const aColumn = aValueThat('a column or an object with its column', isWithColumn);
const aRoute = aValueThat(
  'a path, a file of a route, a function or an object with its path',
  (value) => isText(value) || typeof value === 'function' || (anObject.holds(value) && 'path' in (value as object)),
);
const aPath = aValueThat(
  'a path, a file of a route or a function',
  (value) => isText(value) || typeof value === 'function',
);
const words = aValueThat('a word or a list of words', isTexts);
const positive = aValueThat('a number greater than 0', (value) => aNumber.holds(value) && Number(value) > 0);

const aSession = aValueThat(
  'an object with a userId or a function',
  (value) => typeof value === 'function' || (anObject.holds(value) && 'userId' in (value as object)),
);

const READY: Definition = {
  name: 'subject',
  fields: {
    name: aName,
    description: aText,
    tracked: anObject,
    'tracked.table': aText,
    'tracked.key': aValueThat('a column or a list of columns', isTexts),
    'tracked.generation?': aText,
    'tracked.progress': aText,
    'tracked.progressMax?': positive,
    'tracked.status?': aText,
    'tracked.statusWords?': anObject,
    'tracked.statusWords.completed?': words,
    'tracked.statusWords.failed?': words,
    migrations: aListOf('paths'),
    'simulation?': anObject,
    'keyOf?': aFunction,
    'seed?': aFunction,
    storyRow: aFunction,
    'statusPath?': aFunction,
    'requests?': anObject,
    'requests.statusPath?': aFunction,
    frontEnd: anObject,
    'frontEnd.query': aFunction,
    'frontEnd.display': aFunctionOr(...DISPLAY_NAMES),
    readStatus: aFunction,
    'capabilities?': aListOf('capabilities'),
    'session?': aSession,
    'withstands?': anObject,
    'sources?': anObject,
    createInstance: aFunction,
  },
  hint: 'make it with defineSubject({ app, database, routes }), whose types describe every field',
};

const FIELDS: Readonly<Record<string, Field>> = {
  'name?': aName,
  'description?': aText,
  app: aValueThat('what modules(…), command(…) or url(…) returns', isApplication),
  database: anObject,
  'database.migrations?': aValueThat('a path or a list of paths', isTexts),
  'database.seed?': aValueThat('a path or a function', (value) => isText(value) || typeof value === 'function'),
  'database.table': aText,
  'database.key': aValueThat('a column or a list of columns', isTexts),
  'database.keyOf?': aFunctionOr(...KEY_TYPE_NAMES),
  'database.row?': aValueThat(
    'an object or a function',
    (value) => anObject.holds(value) || typeof value === 'function',
  ),
  'database.progress': aColumn,
  'database.progress.column?': aText,
  'database.progress.max?': positive,
  'database.status?': aColumn,
  'database.status.column?': aText,
  'database.status.completed?': words,
  'database.status.failed?': words,
  'database.generation?': aText,
  'routes?': anObject,
  'routes.status?': aRoute,
  'routes.status.path?': aPath,
  'routes.status.read?': aFunction,
  'routes.start?': aRoute,
  'routes.start.path?': aPath,
  'routes.start.method?': aText,
  'routes.start.headers?': anObject,
  'routes.start.body?': aValueThat(
    'an object or a function',
    (value) => anObject.holds(value) || typeof value === 'function',
  ),
  'frontEnd?': anObject,
  'frontEnd.query?': aFunction,
  'frontEnd.display?': aFunctionOr(...DISPLAY_NAMES),
  'simulation?': anObject,
  'session?': aSession,
  'session.userId?': aText,
  'session.accessToken?': aText,
  'session.role?': aText,
  'session.email?': aText,
  'session.claims?': anObject,
  'session.sentAs?': aValueThat('"bearer", "cookie" or "both"', (value) =>
    ['bearer', 'cookie', 'both'].includes(String(value)),
  ),
  'withstands?': anObject,
};

const DEFINITION: Definition = {
  name: 'subject',
  fields: FIELDS,
  isClosed: true,
  closedParts: [
    'database',
    'database.progress',
    'database.status',
    'routes',
    'routes.status',
    'routes.start',
    'frontEnd',
    'session',
  ],
  hint: 'docs/SUBJECT.md describes every field',
};

/** What a server must have, and an application of functions need not have. */
const ROUTES_OF_SERVER: Definition = {
  ...DEFINITION,
  isClosed: false,
  closedParts: [],
  fields: { routes: anObject, 'routes.status': aRoute, 'routes.start': aRoute },
};

/** For a composite key. */
const KEY_OF_COLUMNS: Definition = {
  ...DEFINITION,
  isClosed: false,
  closedParts: [],
  fields: { 'database.keyOf': aFunction },
};

/**
 * The application under test, for the file of a subject.
 * @param subject an application, its table and its routes; or the result of `modulesSubject`, `commandSubject` or
 *   `urlSubject`, or your own implementation of the port, which is returned unchanged
 * @throws UsageError `subject-invalid` that names the missing or invalid field
 */
export function defineSubject(subject: SubjectDefinition | ReadySubject): Subject {
  if (!isDefinition(subject)) {
    requireFields(subject, READY);
    if (subject.simulation !== undefined) requireModel({ simulation: subject.simulation });
    return isComplete(subject) ? subject : { keyOf: (story) => story, ...subject };
  }
  requireFields(subject, DEFINITION);
  if (subject.simulation !== undefined) requireModel({ simulation: subject.simulation });
  if (subject.app.hasFunctions !== true) requireFields(subject, ROUTES_OF_SERVER);
  if (typeof subject.database.key !== 'string') requireFields(subject, KEY_OF_COLUMNS);
  return subjectOf(subject);
}

function isDefinition(subject: SubjectDefinition | ReadySubject): subject is SubjectDefinition {
  return anObject.holds(subject) && ('app' in subject || 'database' in subject);
}

function isComplete(subject: ReadySubject): subject is Subject {
  return subject.keyOf !== undefined;
}

function isApplication(value: unknown): boolean {
  return anObject.holds(value) && 'createInstance' in (value as object) && 'folder' in (value as object);
}
