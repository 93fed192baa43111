/** PostgREST's API on an engine: a request becomes one transaction, as the role and with the claims of its key or token. */
import { quotedIdentifier } from '../../insert-statement.ts';
import type { HttpAnswer, HttpMessage } from '../../../port/message.ts';
import { AccessRefused } from '../../../gateway/api-access.ts';
import { givenOf, parseCall, type Call, type Given, type ReadAccess } from '../call.ts';
import { nothingChanged, pageStatus, present, respond, type Result } from '../rest-answer.ts';
import { databaseError, notSimulated, RestError } from '../rest-error.ts';
import type { DatabaseSchema, FunctionSchema, RelationSchema } from './database-schema.ts';
import { selectionOf, type KeptSelection } from './kept-selections.ts';
import { functionCall } from './sql-functions.ts';
import { change, deletion, insertion, requireNoWindow, tellsInserted } from './sql-changes.ts';
import { clausesOf, SelectBuilder } from './sql-select.ts';
import type { Settings } from './session-settings.ts';
import { StatementValues, type Statement } from './sql-text.ts';
import { SqlError, type StatementResult } from './wire-messages.ts';

/** A transaction of one request. */
export interface RestTransaction {
  /** @throws SqlError */
  run(...statements: Statement[]): StatementResult[];
  /** Runs the last statements and commits. @throws SqlError */
  finish(...statements: Statement[]): StatementResult[];
  /** Does nothing after `finish`. @throws SqlError, e.g. of a deferred constraint */
  commit(): void;
  rollback(): void;
}

export interface PgliteRestOptions {
  schema: DatabaseSchema;
  readAccess: ReadAccess;
  /** @param settings the role and the claims */
  begin(settings: Settings, isReadOnly: boolean): RestTransaction;
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
      return handle(call, options);
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

/** Settings that nothing reads are omitted, because each costs some microseconds. */
function settingsOf({ role, claims, method, url }: Call, { readsRequest }: DatabaseSchema): Settings {
  const settings = { role, 'request.jwt.claims': JSON.stringify(claims) };
  return readsRequest ? { ...settings, 'request.method': method, 'request.path': url.pathname } : settings;
}

function handle(call: Call, options: PgliteRestOptions): HttpAnswer {
  const path = decodeURIComponent(call.url.pathname.slice(PREFIX.length));
  if (path.startsWith('rpc/')) return callFunction(call, path.slice('rpc/'.length), options);
  const relation = relationOf(options.schema, path);
  switch (call.method) {
    case 'GET':
    case 'HEAD':
      return select(call, relation, options);
    case 'POST':
    case 'PATCH':
    case 'DELETE':
      return write(call, relation, options);
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
function select(call: Call, relation: RelationSchema, options: PgliteRestOptions): HttpAnswer {
  const { method, role, url, accept, prefer } = call;
  const selection = selectionOf(options.schema, relation, url);
  const isPure = selection.readsRowsAlone && (!relation.hasPolicies || role === 'service_role');
  if (!isPure) return read(call, selection, options, true);
  const key = `${method} ${role} ${accept.isObject} ${prefer.count} ${selection.number}`;
  const answers = options.answers();
  let answer = answers.get(key);
  if (answer === undefined) answers.set(key, (answer = read(call, selection, options, false)));
  return answer;
}

function read(call: Call, selection: KeptSelection, options: PgliteRestOptions, isReadOnly: boolean): HttpAnswer {
  return within(options.begin(settingsOf(call, options.schema), isReadOnly), (transaction) =>
    shownPage(call, transaction, selection, selection.offset),
  );
}

function shownPage(
  call: Call,
  transaction: RestTransaction,
  { rows, count, values }: { rows: string; count: string; values: readonly string[] },
  offset: number,
): HttpAnswer {
  const counted = call.prefer.count ? [{ text: count, values }] : [];
  const [found, total] = perform(call, transaction, { text: rows, values }, ...counted);
  const page = pageOf(call, textsOf(found), offset, total === undefined ? undefined : Number(total.rows[0]?.[0]));
  return present(call, AS_TEXT, page);
}

function pageOf(call: Call, rows: readonly string[], offset: number, total: number | undefined): Result<string> {
  return { status: pageStatus(call, rows.length, offset, total), rows, offset, total, hasRange: true };
}

function textsOf(result: StatementResult | undefined): string[] {
  return (result?.rows ?? []).map(([text]) => text ?? 'null');
}

/** Runs the statements of a request, and commits them at once unless their result may be refused. */
function perform(
  { method, accept, prefer }: Call,
  transaction: RestTransaction,
  ...statements: Statement[]
): StatementResult[] {
  const isRead = method === 'GET' || method === 'HEAD';
  const mayBeRefused = !isRead && (accept.isObject || prefer.count);
  return mayBeRefused ? transaction.run(...statements) : transaction.finish(...statements);
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

function write(call: Call, relation: RelationSchema, options: PgliteRestOptions): HttpAnswer {
  const { method, prefer } = call;
  const given = method === 'DELETE' ? undefined : givenOf(call, { name: relation.name, model: modelOf(relation) });
  if (method === 'PATCH' && given?.names.length === 0) return nothingChanged(call);
  const isReturning = prefer.returns === 'representation';
  const statement = changeOf(call, relation, options.schema, given);
  return within(options.begin(settingsOf(call, options.schema), false), (transaction) => {
    const [result] = perform(call, transaction, statement);
    const { rows, count, inserted } = changed(call, result, isReturning);
    const status = method === 'POST' ? (tellsInserted(call) && inserted === 0 ? 200 : 201) : isReturning ? 200 : 204;
    return present(call, AS_TEXT, { status, rows, total: count, hasRange: method === 'PATCH' });
  });
}

/** The statement of a write. Its rows have the JSON of a row, if it is returned, and the number of inserted ones, if that matters. */
function changeOf(call: Call, relation: RelationSchema, schema: DatabaseSchema, given: Given | undefined): Statement {
  const { method, prefer, url } = call;
  const isReturning = prefer.returns === 'representation';
  const bound = new StatementValues();
  const alias = quotedIdentifier(relation.name);
  // An insertion has no filters; their parameters would have no use.
  const filters = method === 'POST' ? new StatementValues() : bound;
  const clauses = clausesOf(filters, alias, url.searchParams, new Set(), new Set());
  if (method === 'POST') requireNoWindow(clauses, 'an insertion');
  const source =
    given === undefined
      ? deletion(relation, clauses, isReturning)
      : method === 'PATCH'
        ? change(relation, given, clauses, isReturning, bound)
        : insertion(call, relation, given, isReturning, bound);
  const inserted = `(select count(*) filter (where _inserted) from _source)::text`;
  const { values } = bound;
  if (!isReturning && !tellsInserted(call)) return { text: source, values };
  if (!isReturning)
    return { text: `with _source as (${source}) select count(*)::text, ${inserted} from _source`, values };
  const columns = relation.columns.map(quotedIdentifier).join(', ');
  const shown = new SelectBuilder(schema, url.searchParams, bound);
  const { rows } = shown.statements({ from: `(select ${columns} from _source)`, relation: relation.name }, false);
  const counted = tellsInserted(call) ? `, ${inserted}` : '';
  return { text: `with _source as (${source}) select _texts.row_to_json${counted} from (${rows}) as _texts`, values };
}

interface Changed {
  rows: string[] | undefined;
  count: number;
  inserted: number;
}

function changed(call: Call, result: StatementResult | undefined, isReturning: boolean): Changed {
  const inserted = Number(result?.rows[0]?.[1] ?? 0);
  if (isReturning) return { rows: textsOf(result), count: result?.rows.length ?? 0, inserted };
  const count = tellsInserted(call) ? result?.rows[0]?.[0] : /\d+$/.exec(result?.command ?? '')?.[0];
  return { rows: undefined, count: Number(count), inserted };
}

/** The form in which `givenOf` checks the names of columns. */
function modelOf(relation: RelationSchema) {
  return {
    columns: Object.fromEntries(relation.columns.map((name) => [name, { type: 'text' as const }])),
    primaryKey: [],
  };
}

function callFunction(call: Call, name: string, options: PgliteRestOptions): HttpAnswer {
  const isRead = call.method === 'GET' || call.method === 'HEAD';
  if (!isRead && call.method !== 'POST') throw notSimulated(`the method ${call.method} on a function`);
  const values = new StatementValues();
  const { definition, from, skip } = functionCall(options.schema, call, name, isRead, values);
  return within(options.begin(settingsOf(call, options.schema), isRead && definition.isVolatile), (transaction) => {
    if (definition.returns === 'row') {
      const builder = new SelectBuilder(options.schema, call.url.searchParams, values, skip);
      const { rows, count, clauses } = builder.statements({ from, relation: name }, true);
      return rowsOfFunction(call, transaction, {
        definition,
        rows,
        count,
        values: values.values,
        offset: clauses.offset,
      });
    }
    if ([...call.url.searchParams.keys()].some((key) => !skip.has(key))) {
      throw notSimulated(`a query on a function that returns ${definition.returns === 'void' ? 'nothing' : 'a value'}`);
    }
    const text = `select to_json(_value)::text from ${from} as _value`;
    const texts = textsOf(transaction.finish({ text, values: values.values })[0]);
    if (definition.returns === 'void') return respond(204, '');
    return respond(200, definition.returnsSet ? `[${texts.join(',')}]` : (texts[0] ?? 'null'));
  });
}

interface RowFunction {
  definition: FunctionSchema;
  rows: string;
  count: string;
  values: readonly string[];
  offset: number;
}

function rowsOfFunction(
  call: Call,
  transaction: RestTransaction,
  { definition, rows, count, values, offset }: RowFunction,
): HttpAnswer {
  if (definition.returnsSet) return shownPage(call, transaction, { rows, count, values }, offset);
  return respond(200, textsOf(transaction.finish({ text: rows, values })[0])[0] ?? 'null');
}
