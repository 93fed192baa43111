import { isObject } from '../../../event-shape.ts';
import type { Fields } from '../../../event-shape.ts';
import { textOfFirst } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';

/**
 * CloudWatch Logs: the output of `aws logs filter-log-events` and `get-log-events`, the documents of a subscription, and the results
 * of Logs Insights. What the application logs is in `message`.
 */
export const cloudwatchLog: LogFormat = {
  name: 'cloudwatch',
  noun: 'an export of CloudWatch',
  recognise(firstBytes) {
    const text = textOfFirst(firstBytes);
    return [
      /^\s*\{[^{}]*"events"\s*:\s*\[\s*(?:\]|\{[^{}]*"(?:logStreamName|ingestionTime)"\s*:)/,
      /^\s*\{[^{}]*"logEvents"\s*:\s*\[/,
      /^\s*\{[^{}]*"messageType"\s*:\s*"(?:DATA|CONTROL)_MESSAGE"/,
      /^\s*\{[^{}]*"results"\s*:\s*\[\s*\[\s*\{\s*"field"\s*:/,
    ].some((begin) => begin.test(text));
  },
  async open() {
    const { ItemRecords } = await import('../json-records.ts');
    return new ItemRecords(['events.*', 'logEvents.*', 'results.*'], recordsOf);
  },
  fields: { time: { field: 'timestamp', unit: 'ms' } },
};

function recordsOf(event: unknown): Fields[] | undefined {
  if (Array.isArray(event)) return [recordOfRow(event)];
  return isObject(event) ? [event] : undefined;
}

/** A row of Logs Insights is a list of fields; `@timestamp` is in UTC and names no zone. */
function recordOfRow(row: readonly unknown[]): Fields {
  const fields = Object.fromEntries(
    row.filter(isObject).map(({ field, value }) => [String(field).replace(/^@/, ''), value]),
  );
  const timestamp = Date.parse(`${String(fields['timestamp']).replace(' ', 'T')}Z`);
  return Number.isNaN(timestamp) ? fields : { ...fields, timestamp };
}
