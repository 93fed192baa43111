import type { HttpAnswer } from '../port/message.ts';

/** An answer of the gateway itself, with the fields of PostgREST's errors. */
export function gatewayError(status: number, message: string, code = 'GATEWAY'): HttpAnswer {
  const body = JSON.stringify({ code, message, details: null, hint: null });
  return { status, headers: new Headers({ 'content-type': 'application/json' }), body };
}
