/** What the requests at the gateway show about an application that did not do what was expected. */
import type { Exchange } from '../gateway/gateway.ts';
import type { Problem, Trial } from './connection-trial.ts';

const LENGTH_SHOWN = 200;

/** The beginning of a text, in one line. */
export function excerpt(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > LENGTH_SHOWN ? `${line.slice(0, LENGTH_SHOWN)}…` : line;
}

/** `PATCH /rest/v1/stories?id=eq.1 answered 403: permission denied`. */
export function describeExchange({ method, url, status, responseBody }: Exchange): string {
  const request = `${method} ${decodeURIComponent(url.pathname + url.search)}`;
  if (status === undefined) return `${request} got no response`;
  const body = excerpt(messageIn(responseBody ?? ''));
  return `${request} answered ${status}${body === '' ? '' : `: ${body}`}`;
}

/** PostgREST and Auth describe errors in JSON. */
function messageIn(body: string): string {
  try {
    const { message, msg } = JSON.parse(body) as { message?: unknown; msg?: unknown };
    return typeof message === 'string' ? message : typeof msg === 'string' ? msg : body;
  } catch {
    return body;
  }
}

/** The requests that change data through the REST API. */
export function writesIn(exchanges: readonly Exchange[]): Exchange[] {
  return exchanges.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
}

export function readsIn(exchanges: readonly Exchange[]): Exchange[] {
  return exchanges.filter(({ method, url }) => method === 'GET' || url.pathname.includes('/rpc/'));
}

/** The first failed request, or one that found no row: both explain most errors of an application. */
export function explainByRequests(exchanges: readonly Exchange[], trial: Trial): Problem | undefined {
  const failed = exchanges.find(({ status }) => status === undefined || (status >= 400 && status !== NOT_ONE_ROW));
  if (failed !== undefined) return failedRequest(failed, trial);
  const empty = exchanges.find((exchange) => foundNoRow(exchange) && isOfTable(exchange, trial.subject.tracked.table));
  return empty === undefined ? undefined : hiddenRow(empty);
}

/** PostgREST's answer if a request for a single row found none. */
const NOT_ONE_ROW = 406;

function foundNoRow({ status, responseBody }: Exchange): boolean {
  return status === NOT_ONE_ROW || (status !== undefined && status < 300 && responseBody?.trim() === '[]');
}

export function isOfTable({ url }: Exchange, table: string): boolean {
  return url.pathname === `/rest/v1/${table.replace(/^public\./, '')}`;
}

function failedRequest(exchange: Exchange, { subject }: Trial): Problem {
  const found = describeExchange(exchange);
  if (exchange.status === 401 || exchange.status === 403) {
    const remedy = `allow it by a policy or grant in the migrations, or let the application use a key that may do it`;
    return { field: 'database.migrations', found, remedy };
  }
  return {
    field: 'database.migrations',
    found,
    remedy: `compare the request with the tables of the migrations of the subject (database.table is ${subject.tracked.table})`,
  };
}

function hiddenRow(exchange: Exchange): Problem {
  return {
    field: 'database.migrations',
    found: `${describeExchange(exchange)}, although the row exists`,
    remedy:
      'row-level security hides it from the role of this request: add a policy, or let the request carry the user who owns the row; if the filter does not name the key of the row, correct database.key',
  };
}

/** The application sent nothing to the gateway. */
export function otherDatabase(found: string, trial: Trial): Problem {
  const { gatewayUrl, subject, isDirect } = trial;
  if (isDirect) {
    const remedy = 'if the application uses another Supabase than the backend, let both use the same';
    return { field: 'app', found, remedy };
  }
  const given = subject.runsAt === undefined ? ', which it was given as SUPABASE_URL' : '';
  return {
    field: 'app',
    found: `${found}, and sent no request to ${gatewayUrl}${given}`,
    remedy: `the application uses another database: ${howToUseThisOne(trial)}`,
  };
}

export function howToUseThisOne({ gatewayUrl, subject }: Pick<Trial, 'gatewayUrl' | 'subject'>): string {
  return subject.runsAt === undefined
    ? 'let it read SUPABASE_URL or NEXT_PUBLIC_SUPABASE_URL when it starts, not when it is built, or set the variables that it reads with `variables` of the app'
    : `start it with ${gatewayUrl} as SUPABASE_URL, and build it with that URL if its build contains NEXT_PUBLIC_SUPABASE_URL`;
}
