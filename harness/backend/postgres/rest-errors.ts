/** Corrects the errors that `@supabase/lite` answers differently from PostgREST. */

interface DatabaseError {
  code: string;
  message: string;
  detail?: string;
  hint?: string;
}

/** Codes and classes that it answers like PostgREST. */
const ANSWERED = /^(42|22|21|55|53|PT|23502$|23503$|23505$|25006$|PGRST)/;

/** PostgREST's table of statuses: the first matching prefix decides; without one the status is 400. */
const STATUS_BY_PREFIX: readonly [prefix: string, status: number][] = [
  ['08', 503],
  ['0L', 403],
  ['0P', 403],
  ['28', 403],
  ['54', 413],
  ['57P01', 503],
  ['P0001', 400],
  ['P0002', 500],
  ...['09', '25', '2D', '38', '39', '3B', '40', '57', '58', 'F0', 'HV', 'P0', 'XX'].map((prefix): [string, number] => [
    prefix,
    500,
  ]),
];

/** Of the parser of `select`: it would be answered with status 500. */
const PARSE_ERROR = /^Missing closing quote at position \d+$/;

/**
 * Turns the error into the form in which a function raises a response (`sqlstate 'PGRST'`), with code and status;
 * returns any other value unchanged. Without this, a violated check or a `raise exception` would be answered with
 * status 500 and the code SUP.
 */
export function asPostgrestAnswers(error: unknown): unknown {
  if (error instanceof Error && PARSE_ERROR.test(error.message)) {
    const message = `"failed to parse select parameter": ${error.message}`;
    return answerError({ code: 'PGRST100', message, details: null, hint: null }, 400);
  }
  if (!isDatabaseError(error) || ANSWERED.test(error.code)) return error;
  const { code, message, detail = null, hint = null } = error;
  return answerError({ code, message, details: detail, hint }, statusOf(code));
}

/** The answer to a function that returns more rows than `Prefer: max-affected` allows. */
export function tooManyAffected(rows: number): Error {
  const message = 'Query result exceeds max-affected preference constraint';
  return answerError({ code: 'PGRST124', message, details: `The query affects ${rows} rows`, hint: null }, 400);
}

/** PostgREST's answer to a request that cannot be served. */
export function badRequest(code: string, message: string): Response {
  return Response.json({ code, details: null, hint: null, message }, { status: 400 });
}

function answerError(body: Record<string, unknown>, status: number): Error {
  return Object.assign(new Error(JSON.stringify(body)), {
    code: 'PGRST',
    detail: JSON.stringify({ status, headers: {} }),
  });
}

function statusOf(code: string): number {
  return STATUS_BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 400;
}

function isDatabaseError(error: unknown): error is DatabaseError {
  const code = (error as DatabaseError | undefined)?.code;
  return error instanceof Error && typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
}
