import { isObject } from '../../../event-shape.ts';
import type { Fields } from '../../../event-shape.ts';
import { textOfFirst } from '../../first-bytes.ts';
import type { LogFormat } from '../log-format.ts';

const LISTS = ['resourceSpans', 'resourceLogs', 'batches'];

/**
 * Spans and log records of OpenTelemetry as JSON: a line for each export, as the collector writes them, or the trace that Tempo
 * returns. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export const otlpLog: LogFormat = {
  name: 'otlp',
  noun: 'an export of OpenTelemetry',
  recognise: (firstBytes) =>
    /^\s*\{\s*(?:"trace"\s*:\s*\{\s*)?"(?:resourceSpans|resourceLogs|batches)"\s*:/.test(textOfFirst(firstBytes)),
  async open() {
    const { ItemRecords } = await import('../json-records.ts');
    const paths = LISTS.flatMap((name) => [`${name}.*`, `trace.${name}.*`]);
    return new ItemRecords(paths, recordsOf);
  },
  fields: {
    time: { field: 'ended', unit: 'ns' },
    began: { field: 'began', unit: 'ns' },
  },
};

function recordsOf(group: unknown): Fields[] | undefined {
  if (!isObject(group)) return undefined;
  const resource = attributesOf(isObject(group['resource']) ? group['resource']['attributes'] : undefined);
  const scopes = ['scopeSpans', 'instrumentationLibrarySpans', 'scopeLogs'].flatMap((name) => objectsIn(group[name]));
  return scopes.flatMap((scope) => [
    ...objectsIn(scope['spans']).map((span) => ({ ...spanOf(span), resource })),
    ...objectsIn(scope['logRecords']).map((record) => ({ ...logRecordOf(record), resource })),
  ]);
}

function spanOf(span: Fields): Fields {
  const { name, traceId, spanId, startTimeUnixNano, endTimeUnixNano, status } = span;
  const events = objectsIn(span['events']).map((event) => ({ name: event['name'], ...withAttributes(event) }));
  return {
    name,
    traceId,
    spanId,
    began: startTimeUnixNano,
    ended: endTimeUnixNano,
    status,
    events,
    ...withAttributes(span),
  };
}

function logRecordOf(record: Fields): Fields {
  const { timeUnixNano, observedTimeUnixNano, severityText, traceId } = record;
  const ended = timeUnixNano === undefined || timeUnixNano === '0' ? observedTimeUnixNano : timeUnixNano;
  return { began: ended, ended, severityText, traceId, body: valueOf(record['body']), ...withAttributes(record) };
}

function withAttributes(holder: Fields): { attributes: Fields } {
  return { attributes: attributesOf(holder['attributes']) };
}

function attributesOf(list: unknown): Fields {
  return Object.fromEntries(objectsIn(list).map(({ key, value }) => [String(key), valueOf(value)]));
}

/** A value names its type. Integers are texts, so that they stay exact. */
function valueOf(value: unknown, depth = 0): unknown {
  if (!isObject(value) || depth > DEPTH_MAX) return undefined;
  const { stringValue, intValue, doubleValue, boolValue, arrayValue, kvlistValue } = value;
  if (isObject(arrayValue)) return objectsIn(arrayValue['values']).map((each) => valueOf(each, depth + 1));
  if (isObject(kvlistValue)) {
    const pairs = objectsIn(kvlistValue['values']).map((pair) => [
      String(pair['key']),
      valueOf(pair['value'], depth + 1),
    ]);
    return Object.fromEntries(pairs);
  }
  const number = typeof intValue === 'string' && Number.isSafeInteger(Number(intValue)) ? Number(intValue) : intValue;
  return stringValue ?? number ?? doubleValue ?? boolValue;
}

const DEPTH_MAX = 32;

function objectsIn(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
