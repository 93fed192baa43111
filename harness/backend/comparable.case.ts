/**
 * The parts of an answer that both backends must agree on: without times, and without known differences, which are
 * hints that guess a similar name, and PostgreSQL's message for `is` on a column that is not boolean.
 */
export function comparable(answer: unknown): object {
  const { status, data, error, count } = answer as Answer;
  const hint = error?.hint?.startsWith('Perhaps you meant') ? null : error?.hint;
  const message = error?.code === '42804' ? '' : error?.message;
  const text = JSON.stringify({ status, data, count, error: error && { ...error, hint, message } });
  return JSON.parse(withoutTime(text)) as object;
}

interface Answer {
  status: number;
  data: unknown;
  count: unknown;
  error: { code?: string; hint?: string | null; message?: string } | null;
}

function withoutTime(text: string): string {
  const year = new Date().getUTCFullYear();
  return text.replaceAll(
    new RegExp(`${year}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?\\+00(:00)?`, 'g'),
    (found) => (found.includes('03:04:05') || found.includes('01:04:05') ? found : 'now'),
  );
}
