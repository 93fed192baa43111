/** Error responses in PostgREST's format. */
import { EnvironmentError } from '../../errors.ts';

export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly body: { code: string; details: string | null; hint: string | null; message: string };

  constructor(
    status: number,
    code: string,
    message: string,
    details: string | null = null,
    hint: string | null = null,
  ) {
    super(message);
    this.status = status;
    this.body = { code, details, hint, message };
  }
}

/** The error for a feature that the simulation does not have: an error of the run, never a response. */
export function notSimulated(what: string): EnvironmentError {
  return new EnvironmentError(
    'simulated-unsupported',
    `the simulated database does not support ${what}`,
    'run this subject on the embedded backend, or implement the feature in harness/backend/simulated/',
  );
}

/** PostgREST's table of statuses for errors of PostgreSQL: the first matching prefix decides. */
const STATUS_BY_PREFIX: readonly [prefix: string, status: number][] = [
  ['08', 503],
  ['09', 500],
  ['0L', 403],
  ['0P', 403],
  ['23503', 409],
  ['23505', 409],
  ['25006', 405],
  ['25', 500],
  ['28', 403],
  ['2D', 500],
  ['38', 500],
  ['39', 500],
  ['3B', 500],
  ['40', 500],
  ['53400', 500],
  ['53', 503],
  ['54', 413],
  ['55', 500],
  ['57', 500],
  ['58', 500],
  ['F0', 500],
  ['HV', 500],
  ['P0001', 400],
  ['P0', 500],
  ['XX', 500],
  ['42883', 404],
  ['42P01', 404],
  ['42P17', 500],
  ['42501', 403],
];

/** An error raised by the database. Codes such as `PT409` contain their status. */
export function databaseError(code: string, message: string, more: { detail?: string; hint?: string } = {}): RestError {
  const own = /^PT(\d{3})$/.exec(code)?.[1];
  const status = own === undefined ? STATUS_BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] : Number(own);
  return new RestError(status ?? 400, code, message, more.detail ?? null, more.hint ?? null);
}
