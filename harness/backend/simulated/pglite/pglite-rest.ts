/** PostgREST's API on an engine: a request becomes one transaction, as the role and with the claims of its key or token. */
import type { HttpAnswer, HttpMessage } from '../../../port/message.ts';
import { AccessRefused } from '../../../gateway/api-access.ts';
import { givenOf, parseCall, type Call, type ReadAccess } from '../call.ts';
import { nothingChanged, pageStatus, present, respond, type Result } from '../rest-answer.ts';
import { databaseError, notSimulated, RestError } from '../rest-error.ts';
import type { DatabaseSchema, RelationSchema } from './database-schema.ts';
import { functionCall } from './sql-functions.ts';
import { change, deletion, insertion, requireNoWindow } from './sql-changes.ts';
import { clausesOf, SelectBuilder } from './sql-select.ts';
import { identifier, literal } from './sql-text.ts';
import { SqlError } from './wire-messages.ts';

type Rows = (string | null)[][];

/** A transaction of one request. */
export interface RestTransaction {
  /** The rows of the last statement. @throws SqlError */
  rows(sql: string): Rows;
  /** @throws SqlError, e.g. of a deferred constraint */
  commit(): void;
  rollback(): void;
}

export interface PgliteRestOptions {
  schema: DatabaseSchema;
  readAccess: ReadAccess;
  /** @param settings statements that set the role and the claims */
  begin(settings: string, isReadOnly: boolean): RestTransaction;
  /** The answers to requests that read nothing but stored rows, at the position that the database shows. */
  answers(): Map<string, HttpAnswer>;
}

const PREFIX = '/rest/v1/';
const AS_TEXT = { textOf: (text: string): string => text };

export function createPgliteRest(options: PgliteRestOptions): (request: HttpMessage) => HttpAnswer {
  return (request) => {
    let call: Call | undefined;
    try {
      call = parseCall(request, options.readAccess);
      return handle(call, options, settingsOf(call, request));
    } catch (error) {
      if (error instanceof AccessRefused) return respond(401, JSON.stringify(error.body));
      const answer = answerOf(error, call);
      return respond(answer.status, request.method === 'HEAD' ? '' : JSON.stringify(answer.body));
    }
  };
}

function answerOf(error: unknown, call: Call | undefined): RestError {
  if (error instanceof RestError) return error;
  if (!(error instanceof SqlError)) throw error;
  const { code, message, detail, hint } = error;
  const answer = databaseError(code, message, {
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
  });
  if (code !== '42501' || call?.role !== 'anon') return answer;
  return new RestError(401, code, message, detail ?? null, hint ?? null);
}

function settingsOf({ role, claims: values }: Call, { method, url }: HttpMessage): string {
  const claims = JSON.stringify(values);
  return `select set_config('role', ${literal(role)}, true), set_config('request.jwt.claims', ${literal(claims)}, true), set_config('request.method', ${literal(method)}, true), set_config('request.path', ${literal(url.pathname)}, true)`;
}

function handle(call: Call, options: PgliteRestOptions, settings: string): HttpAnswer {
  const path = decodeURIComponent(call.url.pathname.slice(PREFIX.length));
  if (path.startsWith('rpc/')) return callFunction(call, path.slice('rpc/'.length), options, settings);
  const relation = relationOf(options.schema, path);
  switch (call.method) {
    case 'GET':
    case 'HEAD':
      return select(call, relation, options, settings);
    case 'POST':
    case 'PATCH':
    case 'DELETE':
      return write(call, relation, options, settings);
    default:
      throw notSimulated(`the method ${call.method}`);
  }
}

function relationOf({ relations }: DatabaseSchema, name: string): RelationSchema {
  if (name === '' || name.includes('/')) throw notSimulated(`the path ${PREFIX}${name}`);
  const relation = relations.get(name);
  if (relation !== undefined) return relation;
  throw new RestError(404, 'PGRST205', `Could not find the table 'public.${name}' in the schema cache`);
}

/** The same request at the same position has the same answer, if that depends on stored rows alone. */
function select(call: Call, relation: RelationSchema, options: PgliteRestOptions, settings: string): HttpAnswer {
  if (!isPure(call, relation)) return read(call, relation, options, settings);
  const { isObject } = call.accept;
  const key = `${call.method} ${call.url.href} ${isObject} ${call.prefer.count} ${settings}`;
  const answers = options.answers();
  let answer = answers.get(key);
  if (answer === undefined) answers.set(key, (answer = read(call, relation, options, settings)));
  return answer;
}

/** Views, policies and related tables may call functions; some texts are dates relative to now. */
function isPure({ role, url }: Call, { isTable, hasPolicies }: RelationSchema): boolean {
  if (!isTable || (hasPolicies && role !== 'service_role')) return false;
  return !/\(|%28|now|today|tomorrow|yesterday/i.test(url.search);
}

function read(
  call: Call,
  relation: RelationSchema,
  { schema, begin }: PgliteRestOptions,
  settings: string,
): HttpAnswer {
  const builder = new SelectBuilder(schema, call.url.searchParams);
  const source = { from: `public.${identifier(relation.name)}`, relation: relation.name };
  const { rows, count, clauses } = builder.statements(source, true);
  return within(begin(settings, true), (transaction) => {
    const texts = textsOf(transaction.rows(rows));
    const total = call.prefer.count ? Number(transaction.rows(count)[0]?.[0]) : undefined;
    return present(call, AS_TEXT, pageOf(call, texts, clauses.offset, total));
  });
}

function pageOf(call: Call, rows: readonly string[], offset: number, total: number | undefined): Result<string> {
  return { status: pageStatus(call, rows.length, offset, total), rows, offset, total, hasRange: true };
}

function textsOf(rows: Rows): string[] {
  return rows.map(([text]) => text ?? 'null');
}

/** Commits after the answer is made: if a single row is asked for and there is none, nothing has changed. */
function within(transaction: RestTransaction, work: (transaction: RestTransaction) => HttpAnswer): HttpAnswer {
  let isOpen = true;
  try {
    const answer = work(transaction);
    isOpen = false;
    transaction.commit();
    return answer;
  } finally {
    if (isOpen) transaction.rollback();
  }
}

function write(
  call: Call,
  relation: RelationSchema,
  { schema, begin }: PgliteRestOptions,
  settings: string,
): HttpAnswer {
  const { method, prefer, url } = call;
  const isReturning = prefer.returns === 'representation';
  const alias = identifier(relation.name);
  const given = method === 'DELETE' ? undefined : givenOf(call, { name: relation.name, model: modelOf(relation) });
  if (method === 'PATCH' && given?.names.length === 0) return nothingChanged(call);
  const clauses = clausesOf(alias, url.searchParams, new Set(), new Set());
  const statement =
    given === undefined
      ? deletion(relation, clauses, isReturning)
      : method === 'PATCH'
        ? change(relation, given, clauses, isReturning)
        : insertion(call, relation, given, isReturning);
  if (method === 'POST') requireNoWindow(clauses, 'an insertion');
  const shown = isReturning ? new SelectBuilder(schema, url.searchParams) : undefined;
  return within(begin(settings, false), (transaction) => {
    const { rows, count, inserted } = changedRows(transaction, statement, relation, shown, method === 'POST');
    const status = method === 'POST' ? (isOnlyUpdated(call, inserted) ? 200 : 201) : isReturning ? 200 : 204;
    return present(call, AS_TEXT, { status, rows, total: count, hasRange: method === 'PATCH' });
  });
}

function isOnlyUpdated({ prefer }: Call, inserted: number): boolean {
  return prefer.resolution === 'merge-duplicates' && inserted === 0;
}

interface Changed {
  rows: string[] | undefined;
  count: number;
  inserted: number;
}

function changedRows(
  transaction: RestTransaction,
  statement: string,
  relation: RelationSchema,
  shown: SelectBuilder | undefined,
  isInsertion: boolean,
): Changed {
  const inserted = isInsertion ? 'count(*) filter (where _inserted)' : '0';
  const counts = `select count(*)::text, ${inserted}::text`;
  if (shown === undefined) {
    const [row] = transaction.rows(`with _source as (${statement}) ${counts} from _source`);
    return { rows: undefined, count: Number(row?.[0]), inserted: Number(row?.[1]) };
  }
  const columns = relation.columns.map(identifier).join(', ');
  const { rows } = shown.statements({ from: `(select ${columns} from _source)`, relation: relation.name }, false);
  const texts = transaction.rows(
    `with _source as (${statement}) select _texts.row_to_json, ${isInsertion ? '(select count(*) filter (where _inserted) from _source)' : '0'}::text from (${rows}) as _texts`,
  );
  return { rows: textsOf(texts), count: texts.length, inserted: Number(texts[0]?.[1] ?? 0) };
}

/** The form in which `givenOf` checks the names of columns. */
function modelOf(relation: RelationSchema) {
  return {
    columns: Object.fromEntries(relation.columns.map((name) => [name, { type: 'text' as const }])),
    primaryKey: [],
  };
}

function callFunction(call: Call, name: string, { schema, begin }: PgliteRestOptions, settings: string): HttpAnswer {
  const isRead = call.method === 'GET' || call.method === 'HEAD';
  if (!isRead && call.method !== 'POST') throw notSimulated(`the method ${call.method} on a function`);
  const { definition, from, skip } = functionCall(schema, call, name, isRead);
  return within(begin(settings, isRead && definition.isVolatile), (transaction) => {
    if (definition.returns === 'row')
      return rowsOfFunction(call, name, { schema, definition, from, skip, transaction });
    if ([...call.url.searchParams.keys()].some((key) => !skip.has(key))) {
      throw notSimulated(`a query on a function that returns ${definition.returns === 'void' ? 'nothing' : 'a value'}`);
    }
    const texts = textsOf(transaction.rows(`select to_json(_value)::text from ${from} as _value`));
    if (definition.returns === 'void') return respond(204, '');
    return respond(200, definition.returnsSet ? `[${texts.join(',')}]` : (texts[0] ?? 'null'));
  });
}

interface RunningCall extends ReturnType<typeof functionCall> {
  schema: DatabaseSchema;
  transaction: RestTransaction;
}

function rowsOfFunction(call: Call, name: string, running: RunningCall): HttpAnswer {
  const { schema, definition, from, skip, transaction } = running;
  const builder = new SelectBuilder(schema, call.url.searchParams, skip);
  const { rows, count, clauses } = builder.statements({ from, relation: name }, true);
  const texts = textsOf(transaction.rows(rows));
  if (!definition.returnsSet) return respond(200, texts[0] ?? 'null');
  const total = call.prefer.count ? Number(transaction.rows(count)[0]?.[0]) : undefined;
  return present(call, AS_TEXT, pageOf(call, texts, clauses.offset, total));
}
