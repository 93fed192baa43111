/** Whether the status route answers, and the subject finds a progress in its answer. */
import type { ObservedProgress } from '../port/subject.ts';
import { excerpt, explainByRequests, howToUseThisOne, otherDatabase } from './exchange-evidence.ts';
import type { Problem, Trial } from './connection-trial.ts';
import { within } from './waiting.ts';

export interface RouteAnswer {
  status: number;
  /** `GET /api/jobs/1`, or `the status route` if it is a function. */
  request: string;
  contentType: string;
  body: string;
}

/** @returns the answer, or why there is none */
export async function askRoute(trial: Trial): Promise<RouteAnswer | Problem> {
  const asked = trial
    .ask()
    .then(read)
    .catch((error: unknown) => unanswered(`the request failed: ${reasonOf(error)}`));
  return (await within(trial, asked)) ?? timedOut(trial);
}

/** A client of Supabase tries a read again for several seconds if it cannot reach its database. */
function timedOut(trial: Trial): Problem {
  const problem = unanswered(`no answer within ${trial.timeoutMs / 1e3} s`);
  if (trial.exchanges.length > 0) return problem;
  return {
    ...problem,
    found: `${problem.found}, and no request to ${trial.gatewayUrl}`,
    remedy: `see the output of the application; if it waits for another database: ${howToUseThisOne(trial)}`,
  };
}

async function read(response: Response): Promise<RouteAnswer> {
  const request = response.url === '' ? 'the status route' : `GET ${new URL(response.url).pathname}`;
  const contentType = response.headers.get('content-type') ?? '';
  return { status: response.status, request, contentType, body: await response.text() };
}

/** `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

function unanswered(found: string): Problem {
  return {
    field: 'routes.status',
    found: `the status route: ${found}`,
    remedy: 'see the output of the application; the route must answer without a page or a proxy in front of it',
  };
}

/** Why an answer is not that of the status route. */
export function routeProblem(answer: RouteAnswer, trial: Trial): Problem | undefined {
  const { status, request, body, contentType } = answer;
  if (status >= 200 && status < 300) return undefined;
  const shown = contentType.includes('html') ? 'a page' : excerpt(body);
  const found = `${request} answered ${status}${shown === '' ? '' : `: ${shown}`}`;
  const explained = explainByRequests(trial.exchanges, trial);
  if (explained !== undefined) return { ...explained, found: `${found}; ${explained.found}` };
  if (status === 401 || status === 403) {
    return { field: 'session', found, remedy: 'the route requires a signed-in user: describe one' };
  }
  if (status === 404 && trial.exchanges.length === 0) {
    const { remedy } = otherDatabase('', trial);
    return {
      field: 'routes.status',
      found: trial.isDirect ? found : `${found}, and asked nothing of ${trial.gatewayUrl}`,
      remedy: `correct the path; ${trial.isDirect ? '' : 'if it is right, '}${remedy}`,
    };
  }
  if (trial.exchanges.length === 0) return otherDatabase(found, trial);
  return {
    field: 'routes.status',
    found,
    remedy: 'see the output of the application, and correct the path or the route',
  };
}

/** @returns the progress in an answer, or why there is none */
export function readProgress(answer: RouteAnswer, trial: Trial): ObservedProgress | Problem {
  const { request, body } = answer;
  let value: ObservedProgress | undefined;
  try {
    value = trial.subject.readStatus(JSON.parse(body));
  } catch (error) {
    const isJson = !(error instanceof SyntaxError);
    const why = isJson
      ? `it threw: ${(error as Error).message}`
      : `it is not JSON, but ${answer.contentType || 'text'}`;
    return unread(`${why}; ${request} answered ${excerpt(body)}`);
  }
  if (value === undefined) {
    const explained = explainByRequests(trial.exchanges, trial);
    if (explained !== undefined) return { ...explained, found: `no progress in ${excerpt(body)}; ${explained.found}` };
    return unread(`found no progress in ${excerpt(body)}`, numberIn(body));
  }
  if (typeof value.progress !== 'number' || !(value.progress >= 0 && value.progress <= PERCENT_MAX)) {
    return unread(`the progress is ${String(value.progress)} in ${excerpt(body)}; it must be a number from 0 to 100`);
  }
  return value;
}

const PERCENT_MAX = 100;

/** @param field a field of the answer that may be the progress */
function unread(found: string, field?: string): Problem {
  const example = field === undefined ? '' : `, for example \`read: (body) => body.${field}\``;
  return {
    field: 'routes.status.read',
    found,
    remedy: `return the progress, from 0 to 100, from the fields that the answer has${example}`,
  };
}

/** The first field of an answer that is a number which could be a progress. */
function numberIn(body: string): string | undefined {
  const fields = JSON.parse(body) as unknown;
  if (typeof fields !== 'object' || fields === null) return undefined;
  const numbers = Object.entries(fields).filter(([, value]) => Number(value) >= 0 && Number(value) <= PERCENT_MAX);
  return numbers.find(([name, value]) => typeof value === 'number' && /^[A-Za-z_$][\w$]*$/.test(name))?.[0];
}
