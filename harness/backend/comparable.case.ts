/**
 * What a client sees of an answer, without the time and without what is known to differ: hints that guess what was
 * meant, and PostgreSQL's words for an `is` on something else than a truth value.
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
