/** Implements the part of PostgREST's API that applications with a progress use, and refuses the rest. */
import { AccessRefused } from '../../gateway/api-access.ts';
import type { HttpAnswer, HttpMessage } from '../../port/message.ts';
import { givenOf, parseCall } from './call.ts';
import type { Call } from './call.ts';
import { nothingChanged, pageOf, present, respond } from './rest-answer.ts';
import type { Result } from './rest-answer.ts';
import { callFunction } from './rest-functions.ts';
import type { RestOptions } from './rest-options.ts';
import { placeAt, placesOf, queryOf } from './rest-places.ts';
import type { TablePlace } from './rest-places.ts';
import type { Query } from './rest-query.ts';
import { notSimulated, RestError } from './rest-error.ts';
import { insert, remove, select, update } from './rest-statements.ts';
import type { OpenTransaction } from './transaction.ts';

export type RestHandler = (request: HttpMessage) => HttpAnswer;

export function createRest(options: RestOptions): RestHandler {
  const places = placesOf(options.model);
  return (request) => {
    try {
      const call = parseCall(request, options.readAccess);
      const place = placeAt(places, options.model, call.url.pathname);
      return typeof place === 'string' ? callFunction(call, place, options) : handle(call, place, options);
    } catch (error) {
      if (error instanceof AccessRefused) return respond(401, JSON.stringify(error.body));
      if (!(error instanceof RestError)) throw error;
      return respond(error.status, request.method === 'HEAD' ? '' : JSON.stringify(error.body));
    }
  };
}

function handle(call: Call, place: TablePlace, options: RestOptions): HttpAnswer {
  const { table } = place;
  switch (call.method) {
    case 'GET':
    case 'HEAD': {
      const query = queryOf(place, call.url, false);
      return present(call, query, pageOf(call, query, select(call, table, query, options.begin())));
    }
    case 'POST':
    case 'PATCH':
      return change(call, place, options);
    case 'DELETE': {
      const query = queryOf(place, call.url, true);
      const transaction = options.begin();
      return finish(call, query, remove(call, table, query, transaction), transaction, options);
    }
    default:
      queryOf(place, call.url, true);
      throw notSimulated(`the method ${call.method}`);
  }
}

/** Columns of the body that the schema does not have are refused first, before the query is parsed. */
function change(call: Call, place: TablePlace, options: RestOptions): HttpAnswer {
  const { table } = place;
  const body = givenOf(call, table);
  if (call.method === 'PATCH' && body.names.length === 0) return nothingChanged(call);
  const query = queryOf(place, call.url, true);
  const transaction = options.begin();
  const work = call.method === 'POST' ? insert : update;
  return finish(call, query, work(call, table, query, body, transaction), transaction, options);
}

/** Makes the answer, then commits: if the request asks for a single row and there is none, nothing has changed. */
function finish(
  call: Call,
  query: Query,
  result: Result,
  transaction: OpenTransaction,
  { commit }: RestOptions,
): HttpAnswer {
  const isMinimal = call.prefer.returns === 'minimal';
  const status = isMinimal && call.method !== 'POST' ? 204 : result.status;
  const response = present(call, query, isMinimal ? { ...result, rows: undefined, status } : result);
  commit(transaction);
  return response;
}
