/** The decisions that a subject needs, each with a proposal from the project's migrations and routes. */
import { UsageError } from '../errors.ts';
import { suggestionOf } from '../suggestion.ts';
import { allowedValues, type TableInfo } from './database-catalogue.ts';
import type { FoundRoute } from './found-routes.ts';
import { neededRows } from './needed-rows.ts';
import type { StartChoice, SubjectChoice } from './project-files.ts';
import { keyField, rankStartRoutes, rankStatusRoutes, startMethod } from './route-choice.ts';
import { likelyKey, progressColumns, rankTables, statusChoice, tableChoice, type TableChoice } from './table-choice.ts';

export const DECISIONS = {
  table: 'table of the progress',
  key: 'column that identifies a row',
  progress: 'column of the progress',
  max: 'progress at 100%',
  status: 'column of the status',
  completed: 'word for completed, or several with commas',
  failed: 'word for failed, or several with commas',
  generation: 'column that counts the generations of a row',
  'status-route': 'route that answers with the progress',
  'start-route': 'route that starts a generation',
  app: 'how the application runs',
} as const;

export type DecisionName = keyof typeof DECISIONS;

export interface Question {
  name: DecisionName;
  text: string;
  /** What is likely; `undefined` if nothing was found. */
  proposal: string | undefined;
  /** The known answers. */
  options: readonly string[];
  /** Other answers are possible. */
  isOpen: boolean;
}

/** Answers a question. It may throw to end the questions. */
export type Decide = (question: Question) => Promise<string>;

/** The answer for a column that there is not. */
export const NONE = 'none';

export interface Project {
  tables: readonly TableInfo[];
  routes: readonly FoundRoute[];
  /** Starts its server. */
  startCommand: readonly string[];
}

/** @throws UsageError for an answer that is not possible, or if the project lacks what a subject needs */
export async function decideSubject({ tables, routes, startCommand }: Project, decide: Decide): Promise<SubjectChoice> {
  const database = await decideTable(tables, decide);
  const status = await decideRoute('status-route', rankStatusRoutes(routes, database), decide);
  const start = await decideRoute('start-route', rankStartRoutes(routes, database, status.found), decide);
  const isOfPages = [status, start].some(({ found }) => found?.router !== 'app');
  const app = await ask(decide, 'app', isOfPages ? 'command' : 'modules', ['modules', 'command']);
  return {
    app: app === 'modules' ? 'modules' : 'command',
    startCommand,
    database,
    needed: neededRows(tables, database),
    statusPath: status.path,
    start: startChoice(start, database),
  };
}

async function decideTable(tables: readonly TableInfo[], decide: Decide): Promise<TableChoice> {
  const own = tables.filter(({ schema }) => schema === 'public');
  const proposed = rankTables(tables);
  const names = [...new Set([...proposed.map(({ table }) => table), ...own.map(({ name }) => name)])];
  const name = await ask(decide, 'table', proposed[0]?.table, names);
  const table = own.find((each) => each.name === name);
  if (table === undefined) throw new UsageError('init-nothing', `the migrations create no table ${name} in public`);
  const columns = table.columns.map((column) => column.name);
  const key = await ask(decide, 'key', likelyKey(table), columns);
  const progress = await ask(decide, 'progress', progressColumns(table)[0]?.name, columns);
  const choice = tableChoice(table, key, progress);
  const max = await ask(decide, 'max', String(choice.max), [], true);
  if (!(Number(max) > 0)) throw invalid('max', max, 'it must be a number greater than 0');
  const status = await decideStatus(table, choice, decide);
  const generation = await ask(decide, 'generation', choice.generation ?? NONE, [...columns, NONE]);
  return { ...choice, max: Number(max), status, generation: generation === NONE ? undefined : generation };
}

async function decideStatus(table: TableInfo, choice: TableChoice, decide: Decide): Promise<TableChoice['status']> {
  const columns = table.columns.map(({ name }) => name);
  const name = await ask(decide, 'status', choice.status?.column ?? NONE, [...columns, NONE]);
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) return undefined;
  const { completed, failed } = statusChoice(table, column);
  const allowed = allowedValues(table, column);
  const words = async (which: 'completed' | 'failed', proposal: string | undefined): Promise<string[]> =>
    (await ask(decide, which, proposal, allowed, true)).split(',').map((each) => each.trim());
  // Every generation should end well, in one of the words that the column allows. It need not be able to fail.
  const unknownWord = allowed.length === 0 ? 'completed' : undefined;
  return {
    column: name,
    completed: await words('completed', completed.length > 0 ? completed.join(',') : unknownWord),
    failed: await words('failed', failed.length > 0 ? failed.join(',') : 'failed'),
  };
}

interface DecidedRoute {
  path: string;
  /** The route of the project; `undefined` if its path was given and no route has it. */
  found: FoundRoute | undefined;
}

async function decideRoute(
  name: 'status-route' | 'start-route',
  proposed: readonly FoundRoute[],
  decide: Decide,
): Promise<DecidedRoute> {
  const paths = proposed.map(({ path }) => path);
  const answer = await ask(decide, name, paths[0], paths, true);
  const found = proposed.find(({ path, file }) => path === answer || file === answer);
  if (found !== undefined) return { path: found.path, found };
  if (!answer.startsWith('/')) throw invalid(name, answer, 'it must be a path such as /api/jobs/:id');
  return { path: answer, found: undefined };
}

function startChoice({ path, found }: DecidedRoute, database: TableChoice): StartChoice {
  if (found === undefined) return { path, method: 'POST', keyField: undefined };
  return { path, method: startMethod(found), keyField: keyField(found, database) };
}

async function ask(
  decide: Decide,
  name: DecisionName,
  proposal: string | undefined,
  options: readonly string[],
  isOpen = false,
): Promise<string> {
  const answer = (await decide({ name, text: DECISIONS[name], proposal, options, isOpen })).trim();
  if (isOpen ? answer !== '' : options.includes(answer)) return answer;
  throw invalid(name, answer, options.length === 0 ? 'it must not be empty' : suggestionOf(answer, [...options]));
}

function invalid(name: DecisionName, answer: string, hint: string): UsageError {
  return new UsageError('init-answer', `${DECISIONS[name]}: "${answer}" is not possible`, hint);
}
